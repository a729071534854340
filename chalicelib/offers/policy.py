"""Numbers about offers, each with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum

__all__ = [
    "ANSWERS_FADE",
    "ANSWER_BY",
    "FOUR_WEEKS",
    "MATCH",
    "MATCH_SOON",
    "MET_KEPT",
    "OFFERS_KEPT",
    "PRIOR_ANSWERS",
    "PRIOR_PERMILLE",
    "SENT_FROM",
    "SENT_UNTIL",
    "SILENT_AFTER",
    "SOON_DAYS",
    "URGENT_DAYS",
    "AnswerBy",
    "OfferUrgency",
]


class OfferUrgency(StrEnum):
    """How much a wish presses, by the days that are left until it is needed; the most pressing first."""

    URGENT = "urgent"
    SOON = "soon"
    CALM = "calm"


@dataclass(frozen=True, slots=True)
class AnswerBy:
    """Until when an offer may be answered: some waking hours from now, or an hour of a later day."""

    hours: int = 0
    days: int = 0
    at: time = time(20)


URGENT_DAYS, SOON_DAYS = 2, 7  # until the day by which it is needed
# What presses goes on to the next person while there is still time; otherwise an evening at home lies in between.
ANSWER_BY: Mapping[OfferUrgency, AnswerBy] = {
    OfferUrgency.URGENT: AnswerBy(hours=4),
    OfferUrgency.SOON: AnswerBy(hours=10),
    OfferUrgency.CALM: AnswerBy(days=1),
}
SENT_FROM, SENT_UNTIL = (
    time(8),
    time(20, 30),
)  # local; an offer that comes later would ring in the quiet hours
MATCH = "match.community"  # the kind of the job that looks for somebody to ask
MATCH_SOON = timedelta(
    minutes=2
)  # several wishes that are approved in one sitting are matched together
FOUR_WEEKS = timedelta(
    days=28
)  # over which offers are counted, so that nobody is asked all the time
PRIOR_ANSWERS, PRIOR_PERMILLE = (
    4,
    600,
)  # what somebody new is taken for: as if three of five offers had been accepted
SILENT_AFTER = 4  # offers in a row that somebody left unanswered: they are left in peace for four weeks
ANSWERS_FADE = 20  # of so many answers each kind is halved: what somebody did last year says little
OFFERS_KEPT = 60  # of one offer round, as staff see them; of earlier ones only who is not to be asked again
MET_KEPT = 20  # residents that a volunteer has met, the latest
