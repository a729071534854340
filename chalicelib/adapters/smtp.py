"""E-mail by SMTP, for regions without SES.

A failure before the DATA command means that the message was not accepted. Later its fate may be
unknown.
"""

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
    """Sends e-mails through one SMTP server, with one connection each.

    Port 465 means TLS from the first byte. A password without TLS is a ValueError, except to this
    machine.
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
        if (
            user
            and not starttls
            and port != _IMPLICIT_TLS
            and host not in _LOCAL
        ):
            raise ValueError("a password needs TLS")
        self._host, self._port = host, port
        self._starttls, self._timeout = starttls, timeout
        self._user, self._password = user, password
        self._clock = clock
        self._name, self._address = email_content.sender_of(sender)
        self._domain = self._address.rpartition("@")[2]

    def send(self, mail: Mail) -> str:
        """See `ports.EmailSender`. The reference is the server's queue id, if it gives one.

        A bounce shows `Mail.id` in its Message-ID.
        """
        content = self._content(mail)
        try:
            smtp = self._connect()
        except OSError as error:  # every SMTPException is one
            raise Refused(f"smtp.connect {_code(error)}") from None
        with _quitting(smtp):
            try:
                self._greet(smtp)
                self._envelope(smtp, mail.address)
            except OSError as error:
                raise Refused(f"smtp.hello {_code(error)}") from None
            return _send_data(smtp, content)

    def _connect(self) -> "SMTP":
        import smtplib  # noqa: PLC0415 - slow to import, and only senders need it
        import ssl  # noqa: PLC0415 - see above

        # With our domain, smtplib does not ask a name server for the name of this machine.
        if self._port == _IMPLICIT_TLS:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(
                self._host,
                self._port,
                self._domain,
                timeout=self._timeout,
                context=context,
            )
        return smtplib.SMTP(
            self._host, self._port, self._domain, timeout=self._timeout
        )

    def _greet(self, smtp: "SMTP") -> None:
        import ssl  # noqa: PLC0415 - see _connect

        if self._starttls and self._port != _IMPLICIT_TLS:
            smtp.starttls(context=ssl.create_default_context())
        smtp.ehlo_or_helo_if_needed()
        if self._user:
            smtp.login(self._user, self._password)

    def _envelope(self, smtp: "SMTP", recipient: str) -> None:
        """Send both addresses. A refused sender is a fault of the settings."""
        code, _ = smtp.mail(self._address)
        if code != 250:
            raise Refused(f"smtp.mail {code}")
        code, _ = smtp.rcpt(recipient)
        if code not in (250, 251):
            raise Refused(f"smtp.rcpt {code}", final=code >= 500)

    def _content(self, mail: Mail) -> bytes:
        from email import policy  # noqa: PLC0415 - see _connect
        from email.headerregistry import Address  # noqa: PLC0415 - see _connect
        from email.message import EmailMessage  # noqa: PLC0415 - see _connect

        message = EmailMessage(policy=policy.SMTP)
        message["From"] = Address(self._name, addr_spec=self._address)
        message["To"] = Address(addr_spec=email_content.recipient_of(mail))
        message["Subject"] = email_content.subject_of(mail)
        message["Date"] = self._clock.now()
        # Base64 passes servers of seven bits, too.
        message.set_content(email_content.text_of(mail), cte="base64")
        message.add_alternative(
            email_content.html_of(mail), subtype="html", cte="base64"
        )
        # The email package folds long words into encoded words, which breaks links and ids.
        id = re.sub(r"[^A-Za-z0-9_.-]", "-", mail.id)
        unfolded = f"Message-ID: <{id}@{self._domain}>\r\n"
        for name, value in email_content.headers_of(mail).items():
            unfolded += f"{name}: {value}\r\n"
        return unfolded.encode("ascii") + message.as_bytes()


@contextmanager
def _quitting(smtp: "SMTP") -> Iterator[None]:
    """Send QUIT at the end, without waiting for its answer. After a failure, only close."""
    try:
        yield
    finally:
        with suppress(OSError):
            smtp.putcmd("quit")
        smtp.close()


def _send_data(smtp: "SMTP", content: bytes) -> str:
    """Send the message; return the queue id. Without a reply, its fate is unknown."""
    import smtplib  # noqa: PLC0415 - see SmtpEmail._connect

    try:
        code, reply = smtp.data(content)
    except smtplib.SMTPDataError as error:
        code, reply = error.smtp_code, b""
    except OSError as error:
        raise Unclear(f"smtp.data {_code(error)}") from None
    if code != 250:
        _refuse(code)
    queued = _QUEUED.search(reply)
    if queued is None:
        return ""
    return queued[1].decode()


def _refuse(code: int) -> None:
    if 400 <= code < 600:
        raise Refused(f"smtp.data {code}", final=code >= 500)
    raise Unclear(f"smtp.data {code}")


def _code(error: Exception) -> str:
    """Return the code of an error without the server's text, which quotes addresses."""
    return str(getattr(error, "smtp_code", "") or type(error).__name__)
