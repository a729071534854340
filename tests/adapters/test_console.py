"""The local mailbox gives every message a reference by which it can be found again."""

from datetime import UTC, datetime

from chalicelib.adapters.console import ConsoleEmail, ConsoleSms, DevMailbox
from chalicelib.adapters.ports import Mail, Sms


def test_a_message_is_kept_as_it_was_sent_and_its_reference_finds_it():
    mailbox = DevMailbox(lambda: datetime(2026, 11, 23, tzinfo=UTC))
    text = ConsoleSms(mailbox).send(
        Sms(
            id="dlv_1",
            phone="+8613900000001",
            text="红烧肉",
            kind="wish.claimed",
        )
    )
    mail = ConsoleEmail(mailbox).send(
        Mail(
            id="dlv_2",
            address="a@example.cn",
            subject="心愿",
            text="红烧肉",
            kind="wish.claimed",
        )
    )
    kept = {
        letter.id: (letter.to, letter.channel, letter.text, letter.kind)
        for letter in mailbox.read()
    }
    assert kept == {
        text: ("+8613900000001", "sms", "红烧肉", "wish.claimed"),
        mail: ("a@example.cn", "email", "心愿\n红烧肉", "wish.claimed"),
    }
