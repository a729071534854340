"""The content of an e-mail: address, two bodies and headers, the same for SES and SMTP."""

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

# RFC 5321 dot-strings in ASCII: without characters that could end a header or an SMTP command.
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,253}"
)
# Printable ASCII except " < >; a header line has at most 998 characters (RFC 5322, 2.1.1).
_LINK = re.compile(r"https?://[!#-;=?-~]{1,800}")
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_UNSUBSCRIBE = "退订 / Unsubscribe"


def recipient_of(mail: Mail) -> str:
    """Return the address of the recipient.

    Raises:
        Refused: no server would accept the address, or it could be read as more than an address.

    """
    if not _ADDRESS.fullmatch(mail.address):
        raise Refused("mail.address", final=True)
    return mail.address


def sender_of(sender: str) -> tuple[str, str]:
    """Split ``Name <address>`` into name and address.

    Raises:
        ValueError: the text has no valid address.

    """
    from email.utils import parseaddr  # noqa: PLC0415 - a dozen milliseconds that only senders pay

    name, address = parseaddr(sender)
    if not _ADDRESS.fullmatch(address):
        raise ValueError("a sender is an address, or a name and <address>")
    return _BREAKS.sub(" ", name), address


def subject_of(mail: Mail) -> str:
    """Return the subject in one line."""
    return _BREAKS.sub(" ", mail.subject).strip()


def text_of(mail: Mail) -> str:
    """Return the plain body. It ends with the unsubscribe link, unless it has the link already."""
    text = _lines(mail.text)
    if mail.unsubscribe in text:
        return text
    return f"{text}\n\n{_UNSUBSCRIBE}: {mail.unsubscribe}"


def html_of(mail: Mail) -> str:
    """Return the HTML body: the same text in paragraphs, and the unsubscribe link."""
    parts = re.split(r"\n{2,}", _lines(mail.text))
    paragraphs = [escape(part).replace("\n", "<br>\n") for part in parts]
    if mail.unsubscribe:
        paragraphs.append(
            f'<a href="{escape(mail.unsubscribe)}">{_UNSUBSCRIBE}</a>'
        )
    body = "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    head = f'<meta charset="utf-8"><title>{escape(subject_of(mail))}</title>'
    return f"<!DOCTYPE html>\n<html><head>{head}</head><body>\n{body}\n</body></html>\n"


def headers_of(mail: Mail) -> dict[str, str]:
    """Return the headers of one-click unsubscription (RFC 2369 and RFC 8058).

    Raises:
        Refused: the link is not valid.

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
