"""A mail as it leaves: the address, the two bodies and the headers that SES and SMTP share, so that both send the same letter."""

import re
from html import escape

from .ports import Mail, Refused

__all__ = [
    "headers_of",
    "html_of",
    "recipient_of",
    "sender_of",
    "subject_of",
    "text_of",
]

# RFC 5321 dot-strings only, in ASCII: what can end a header or an SMTP command cannot be in it.
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,253}")
_LINK = re.compile(
    r"https?://[!#-;=?-~]{1,800}"
)  # printable ASCII but " < >; a header line ends at 998 (RFC 5322, 2.1.1)
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_LEAVE = "退订 / Unsubscribe"


def recipient_of(mail: Mail) -> str:
    """Return the address.

    Raises:
        Refused: it is one that no server would take, or that would be read as more than an address.

    """
    if not _ADDRESS.fullmatch(mail.address):
        raise Refused("mail.address", final=True)
    return mail.address


def sender_of(sender: str) -> tuple[str, str]:
    """Return the name and the address of ``Name <address>``.

    Raises:
        ValueError: there is no address in it.

    """
    from email.utils import parseaddr  # noqa: PLC0415 - a dozen milliseconds that only senders pay

    name, address = parseaddr(sender)
    if not _ADDRESS.fullmatch(address):
        raise ValueError(
            "a sender is an address, or a name and an address in angle brackets"
        )
    return _BREAKS.sub(" ", name), address


def subject_of(mail: Mail) -> str:
    """Return the subject in one line."""
    return _BREAKS.sub(" ", mail.subject).strip()


def text_of(mail: Mail) -> str:
    """Return the plain body, with the way out at its end unless it is in there already."""
    text = _lines(mail.text)
    return (
        text if mail.unsubscribe in text else f"{text}\n\n{_LEAVE}: {mail.unsubscribe}"
    )


def html_of(mail: Mail) -> str:
    """Return the body as a page: the same words in paragraphs, and the way out as a link."""
    paragraphs = [
        escape(part).replace("\n", "<br>\n")
        for part in re.split(r"\n{2,}", _lines(mail.text))
    ]
    if mail.unsubscribe:
        paragraphs.append(f'<a href="{escape(mail.unsubscribe)}">{_LEAVE}</a>')
    body = "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    head = f'<meta charset="utf-8"><title>{escape(subject_of(mail))}</title>'
    return f"<!DOCTYPE html>\n<html><head>{head}</head><body>\n{body}\n</body></html>\n"


def headers_of(mail: Mail) -> dict[str, str]:
    """Return the headers by which a mail program offers to unsubscribe with one click (RFC 2369 and RFC 8058).

    Raises:
        Refused: the link is none.

    """
    if not mail.unsubscribe:
        return {}
    if not _LINK.fullmatch(mail.unsubscribe):
        raise Refused("mail.unsubscribe", final=True)
    return {
        "List-Unsubscribe": f"<{mail.unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
