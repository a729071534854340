"""The page under /dev: the clock, the mailbox and replies by SMS, in HTML without a script."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from urllib.parse import quote

from chalicelib.adapters.console import Letter

from .options import SHANGHAI

__all__ = ["MAX_LETTERS", "DevPage", "shanghai_time"]

MAX_LETTERS = 200
MAX_PHONES = 10
_STYLE = """
body { font: 16px/1.4 system-ui, sans-serif; max-width: 44rem; margin: 0 auto; padding: .75rem; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.1rem; margin: 1.2rem 0 .4rem; }
form { display: flex; flex-wrap: wrap; gap: .4rem; margin: .4rem 0; align-items: center; }
button, input { font: inherit; padding: .4rem .6rem; min-width: 0; }
article { border-top: 1px solid #ccc; padding: .5rem 0; }
p { margin: .2rem 0; overflow-wrap: anywhere; } .text { white-space: pre-wrap; }
.meta { color: #555; font-size: .85rem; } .result { background: #eef6e8; padding: .5rem; }
"""
_LINKS = (
    ("/v1/wishes?place=chunhui.baihua", "the wall of Baihua"),
    ("/openapi.json", "the HTTP contract"),
    ("/open311/v2/discovery.json", "Open311 (api_key: demo)"),
    ("/dev/messages", "the mailbox as JSON"),
    ("/dev/clock", "the clock as JSON"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DevPage:
    """The contents of the page. `recipient` is the filter of the mailbox, "" for none."""

    now: datetime
    letters: Sequence[Letter]
    recipient: str
    result: str

    def render(self) -> str:
        """Return the page."""
        parts = [
            "<!doctype html><html lang=en><meta charset=utf-8>",
            '<meta name=viewport content="width=device-width, initial-scale=1">',
            f"<title>Chunhui on this machine</title><style>{_STYLE}</style>",
            "<h1>Chunhui 春晖 on this machine</h1>",
        ]
        if self.result:
            parts.append(
                f"<p class=result role=status>{escape(self.result)}</p>"
            )
        parts += [self._clock(), self._replies(), self._mailbox(), _links()]
        return "\n".join(parts)

    def _clock(self) -> str:
        now = shanghai_time(self.now)
        local = self.now.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")
        buttons = [
            _button("advance", "3600", "1 hour"),
            _button("advance", "86400", "1 day"),
            _button("until", "morning", "to the next morning, 09:10"),
        ]
        return "\n".join(
            [
                f"<h2>Clock</h2><p>It is {now} in Shanghai. It only moves forward.</p>",
                self._form("/dev/clock", buttons),
                self._form(
                    "/dev/clock",
                    [
                        "<label for=now>To</label>",
                        f'<input id=now name=now type=datetime-local value="{local}">',
                        "<button>Move</button>",
                    ],
                ),
                self._form(
                    "/dev/pump",
                    ["<button>Run what is due now</button>"],
                ),
            ]
        )

    def _replies(self) -> str:
        boxes = [self._reply_box(phone) for phone in self._phones()]
        other = [
            '<input name=from aria-label=phone placeholder="+86139…" size=16 required>',
            *_REPLY_FIELDS,
        ]
        boxes.append(self._form("/dev/reply", other))
        return "<h2>Reply by SMS</h2>" + "\n".join(boxes)

    def _phones(self) -> list[str]:
        """Return the phones that were written to, the latest first."""
        phones = [
            letter.to for letter in self.letters if letter.channel == "sms"
        ]
        if self.recipient.startswith("+"):
            phones.insert(0, self.recipient)
        return list(dict.fromkeys(phones))[:MAX_PHONES]

    def _reply_box(self, phone: str) -> str:
        shown = escape(phone)
        hidden = (
            f'<input type=hidden name=from value="{shown}"><span>{shown}</span>'
        )
        return self._form("/dev/reply", [hidden, *_REPLY_FIELDS])

    def _mailbox(self) -> str:
        value = escape(self.recipient)
        label = "phone or mail address"
        fields = [
            f'<input name=to aria-label="{label}" placeholder="{label}" value="{value}">',
            "<button>Filter</button> <a href=/dev>all</a>",
        ]
        filter_form = f"<form method=get action=/dev>{''.join(fields)}</form>"
        letters = [_letter(letter) for letter in self.letters[:MAX_LETTERS]]
        if not letters:
            letters = ["<p>No messages.</p>"]
        if len(self.letters) > MAX_LETTERS:
            letters.append(f"<p>The newest {MAX_LETTERS} are shown.</p>")
        return f"<h2>Mailbox</h2>{filter_form}" + "\n".join(letters)

    def _form(self, action: str, fields: Iterable[str]) -> str:
        """Return a form that posts, and comes back to the page as it is filtered."""
        back = f'<input type=hidden name=to value="{escape(self.recipient)}">'
        return (
            f"<form method=post action={action}>{back}{''.join(fields)}</form>"
        )


_REPLY_FIELDS = (
    "<input name=text aria-label=text placeholder=1 size=6 maxlength=500 required>",
    "<button>Reply</button>",
)


def shanghai_time(instant: datetime) -> str:
    """Return an instant in Shanghai's time, to the second."""
    return instant.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def _button(name: str, value: str, text: str) -> str:
    return f"<button name={name} value={value}>{text}</button>"


def _letter(letter: Letter) -> str:
    recipient = escape(letter.to)
    link = f'<a href="/dev?to={quote(letter.to)}">{recipient}</a>'
    meta = f"{shanghai_time(letter.sent_at)} · {escape(letter.channel)}"
    kind = escape(letter.kind)
    return (
        f"<article><p class=meta>{meta} · {link} · {kind}</p>"
        f"<p class=text>{escape(letter.text)}</p></article>"
    )


def _links() -> str:
    items = [f'<li><a href="{path}">{text}</a></li>' for path, text in _LINKS]
    return f"<h2>What else is here</h2><ul>{''.join(items)}</ul>"
