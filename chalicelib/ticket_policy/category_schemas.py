"""Categories of problems and their questions, as clients send them."""

from typing import Annotated

from pydantic import AfterValidator, Field

from ..kernel.text import LINE_PATTERN, normalise
from ..tickets.policy import (
    Category,
    CategoryQuestion,
    Choice,
    QuestionKind,
    TicketUrgency,
)
from ..web.fields import SEEN, Flag, Line, Request

__all__ = [
    "About",
    "CategoryIn",
    "CategoryQuestionIn",
    "Code",
    "Group",
    "Label",
    "QuestionChoiceIn",
    "Word",
]

Code = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$", examples=["rubbish"])]


Label = Annotated[Line, Field(min_length=1, max_length=60)]


Group = Annotated[
    str,
    Field(pattern=f"^$|{LINE_PATTERN}", max_length=60),
    SEEN,
    AfterValidator(normalise),
]


About = Annotated[
    str,
    Field(pattern=f"^$|{LINE_PATTERN}", max_length=300),
    SEEN,
    AfterValidator(normalise),
]


Word = Annotated[Line, Field(min_length=1, max_length=20)]


class QuestionChoiceIn(Request):
    """A choice of a question."""

    key: Code
    zh: Label
    en: Label


class CategoryQuestionIn(Request):
    """A question about a problem of a category; only list kinds have choices."""

    code: Code
    zh: Label
    en: Label
    kind: QuestionKind = QuestionKind.STRING
    required: Flag = False
    choices: Annotated[list[QuestionChoiceIn], Field(max_length=50)] = []
    urgent_if_yes: Flag = Field(
        False, description="The choice `yes` makes the ticket urgent."
    )

    def as_question(self) -> CategoryQuestion:
        """Return it as a value of the model."""
        choices = [
            Choice(key=one.key, zh=one.zh, en=one.en) for one in self.choices
        ]
        return CategoryQuestion(
            code=self.code,
            zh=self.zh,
            en=self.en,
            kind=self.kind,
            required=self.required,
            choices=tuple(choices),
            urgent_if_yes=self.urgent_if_yes,
        )


class CategoryIn(Request):
    """A kind of problem. A `private` one is shown only to reporters, the assignee and staff."""

    code: Code
    zh: Label
    en: Label
    group_zh: Group = ""
    group_en: Group = ""
    about_zh: About = ""
    about_en: About = ""
    keywords: Annotated[list[Word], Field(max_length=20)] = []
    urgency: TicketUrgency = TicketUrgency.GENERAL
    private: Flag = False
    photo_needed: Flag = False
    questions: Annotated[list[CategoryQuestionIn], Field(max_length=20)] = []

    def as_category(self) -> Category:
        """Return it as a value of the model."""
        questions = [question.as_question() for question in self.questions]
        return Category(
            code=self.code,
            zh=self.zh,
            en=self.en,
            group_zh=self.group_zh,
            group_en=self.group_en,
            about_zh=self.about_zh,
            about_en=self.about_en,
            keywords=tuple(self.keywords),
            urgency=self.urgency,
            private=self.private,
            photo_needed=self.photo_needed,
            questions=tuple(questions),
        )
