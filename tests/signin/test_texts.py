"""The texts of codes: one part each, at once, and nothing in them but the code."""

import pytest

from chalicelib.kernel.segments import parts_of
from chalicelib.kernel.template import Urgency
from chalicelib.kernel.text_catalogue import LOCALES
from chalicelib.signin.texts import CODE_MESSAGES


@pytest.mark.parametrize("kind", CODE_MESSAGES)
def test_a_code_is_one_part_in_every_language(kind):
    template = CODE_MESSAGES[kind]
    facts = {name: "宽" * most for name, most in template.slots.items()}
    billed = [
        parts_of(f"【{'春' * 8}】{template.fill(locale, facts)}")
        for locale in LOCALES
    ]
    assert max(billed) == template.parts == 1


def test_a_code_goes_at_once_to_who_asked_for_it_and_says_nothing_else():
    for template in CODE_MESSAGES.values():
        assert (template.urgency, dict(template.slots)) == (
            Urgency.URGENT,
            {"code": 6},
        )
        assert template.recipients in (
            "the person who asked for the code",
            "the person who is to get a role",
        )
