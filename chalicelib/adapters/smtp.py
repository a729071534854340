"""Mail by SMTP, for places without SES. Every step before the words are handed over is certain; only what follows is not."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from ..kernel.clock import Clock
from . import email_content
from .ports import Mail, Refused, Unclear

if TYPE_CHECKING:
    from smtplib import SMTP

__all__ = ["SmtpEmail"]

_IMPLICIT_TLS = 465  # RFC 8314, section 3.3
_LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})
_QUEUED = re.compile(rb"queued as <?([A-Za-z0-9._-]{1,64})", re.IGNORECASE)


class SmtpEmail:
    """Mail through one SMTP server, a connection for each. On port 465 it speaks TLS from the first byte.

    A password never travels in the clear, other than to this machine: such a combination is a ValueError.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        sender: str,
        clock: Clock,
        user: str = "",
        password: str = "",
        starttls: bool = True,
        timeout: float = 5,
    ) -> None:
        if user and not starttls and port != _IMPLICIT_TLS and host not in _LOCAL:
            raise ValueError("a password needs TLS")
        self._host, self._port, self._starttls, self._timeout = (
            host,
            port,
            starttls,
            timeout,
        )
        self._user, self._password = user, password
        self._clock = clock
        self._name, self._address = email_content.sender_of(sender)
        self._domain = self._address.rpartition("@")[2]

    def send(self, mail: Mail) -> str:
        """See `ports.EmailSender`. The reference is the server's queue id where it names one; bounces name `Mail.id`."""
        words = self._letter(mail)
        try:
            smtp = self._connect()
        except OSError as error:  # every SMTPException is one
            raise Refused(f"smtp.connect {_code(error)}") from None
        with _parting(smtp):
            try:
                self._greet(smtp)
                self._envelope(smtp, mail.address)
            except OSError as error:
                raise Refused(f"smtp.hello {_code(error)}") from None
            return _hand_over(smtp, words)

    def _connect(self) -> "SMTP":
        import smtplib  # noqa: PLC0415 - with the mail package it costs what only senders should pay
        import ssl  # noqa: PLC0415 - see above

        # The name is given, because looking up this machine's own may wait for a name server.
        if self._port == _IMPLICIT_TLS:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(
                self._host,
                self._port,
                self._domain,
                timeout=self._timeout,
                context=context,
            )
        return smtplib.SMTP(self._host, self._port, self._domain, timeout=self._timeout)

    def _greet(self, smtp: "SMTP") -> None:
        import ssl  # noqa: PLC0415 - see _connect

        if self._starttls and self._port != _IMPLICIT_TLS:
            smtp.starttls(context=ssl.create_default_context())
        smtp.ehlo_or_helo_if_needed()
        if self._user:
            smtp.login(self._user, self._password)

    def _envelope(self, smtp: "SMTP", recipient: str) -> None:
        """Name the two ends. A sender that is refused is a fault of the settings; a recipient that is, stays so."""
        code, _ = smtp.mail(self._address)
        if code != 250:
            raise Refused(f"smtp.mail {code}")
        code, _ = smtp.rcpt(recipient)
        if code not in (250, 251):
            raise Refused(f"smtp.rcpt {code}", final=code >= 500)

    def _letter(self, mail: Mail) -> bytes:
        from email import policy  # noqa: PLC0415 - see _connect
        from email.headerregistry import Address  # noqa: PLC0415 - see _connect
        from email.message import EmailMessage  # noqa: PLC0415 - see _connect

        message = EmailMessage(policy=policy.SMTP)
        message["From"] = Address(self._name, addr_spec=self._address)
        message["To"] = Address(addr_spec=email_content.recipient_of(mail))
        message["Subject"] = email_content.subject_of(mail)
        message["Date"] = self._clock.now()
        message.set_content(
            email_content.text_of(mail), cte="base64"
        )  # whole for servers of seven bits, too
        message.add_alternative(
            email_content.html_of(mail), subtype="html", cte="base64"
        )
        # Long words without a space are folded into encoded words by the email package, which breaks links and ids.
        id = re.sub(r"[^A-Za-z0-9_.-]", "-", mail.id)
        plain = {"Message-ID": f"<{id}@{self._domain}>"} | email_content.headers_of(
            mail
        )
        return (
            "".join(f"{name}: {value}\r\n" for name, value in plain.items()).encode(
                "ascii"
            )
            + message.as_bytes()
        )


@contextmanager
def _parting(smtp: "SMTP") -> Iterator[None]:
    """Say good-bye without waiting for the answer, which would change nothing. After a failure the line is closed already."""
    try:
        yield
    finally:
        with suppress(OSError):
            smtp.putcmd("quit")
        smtp.close()


def _hand_over(smtp: "SMTP", words: bytes) -> str:
    """Give the words away. A reply is a yes or a no; silence or a hang-up from here on leaves it open."""
    import smtplib  # noqa: PLC0415 - see SmtpEmail._connect

    try:
        code, reply = smtp.data(words)
    except smtplib.SMTPDataError as error:
        code, reply = error.smtp_code, b""
    except OSError as error:
        raise Unclear(f"smtp.data {_code(error)}") from None
    if code != 250:
        _refuse(code)
    queued = _QUEUED.search(reply)
    return queued[1].decode() if queued else ""


def _refuse(code: int) -> None:
    if 400 <= code < 600:
        raise Refused(f"smtp.data {code}", final=code >= 500)
    raise Unclear(f"smtp.data {code}")


def _code(error: Exception) -> str:
    """Say what went wrong without the server's words, which quote addresses."""
    return str(getattr(error, "smtp_code", "") or type(error).__name__)
