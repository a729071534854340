"""The texts of notes in the contract."""

from ..web.contract_texts import About, FeatureTexts
from . import permissions as can

__all__ = ["CONTRACT"]

CONTRACT = FeatureTexts(
    tag="Notes of residents to the staff of their place.",
    operations={
        "write_note": About(can.WRITE, "The staff of the place are told."),
        "read_note": About(can.SEE, "It changes nothing."),
        "answer_note": About(can.ANSWER, "The owner is told."),
        "withdraw_note": About(can.WITHDRAW, "The note ends."),
    },
    fields={
        "owner": "The id of the person who wrote it.",
        "NoteView.answer": "The answer of staff; null before.",
        "AnswerIn.answer": "The answer.",
    },
    examples={"owner": "per_a2a2a2a2a2a2a2a2a2a2a2a2"},
)
