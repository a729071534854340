"""Numbers about offers, each with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum

__all__ = [
    "ANSWERS_FADE",
    "ANSWER_BY",
    "FORGOTTEN_PER_STEP",
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
    """The urgency of a wish, by the days until it is needed; the most urgent first."""

    URGENT = "urgent"
    SOON = "soon"
    CALM = "calm"


@dataclass(frozen=True, slots=True)
class AnswerBy:
    """The time to answer an offer: some waking hours from now, or an hour of a later day."""

    hours: int = 0
    days: int = 0
    at: time = time(20)


URGENT_DAYS, SOON_DAYS = 2, 7  # until the day on which the wish is needed
# An urgent wish goes on to the next volunteer while there is still time. Otherwise the volunteer
# has an evening at home to decide.
ANSWER_BY: Mapping[OfferUrgency, AnswerBy] = {
    OfferUrgency.URGENT: AnswerBy(hours=4),
    OfferUrgency.SOON: AnswerBy(hours=10),
    OfferUrgency.CALM: AnswerBy(days=1),
}
# Local times. A later offer would ring in the quiet hours.
SENT_FROM, SENT_UNTIL = time(8), time(20, 30)
MATCH = "match.community"  # the command that runs matching for a community
# Several wishes that are approved in one sitting are matched together.
MATCH_SOON = timedelta(minutes=2)
# Offers are counted over this span, so that nobody is asked all the time.
FOUR_WEEKS = timedelta(days=28)
# A new volunteer counts as if three of five offers had been accepted.
PRIOR_ANSWERS, PRIOR_PERMILLE = 4, 600
# After so many unanswered offers in a row a volunteer is not asked for four weeks.
SILENT_AFTER = 4
# From so many answers on both counts are halved: last year's answers say little.
ANSWERS_FADE = 20
# Ended offers of one round, as staff see them. Of earlier ones only the volunteers are kept.
OFFERS_KEPT = 60
MET_KEPT = 20  # the latest residents that a volunteer has met
FORGOTTEN_PER_STEP = 25  # offers in one job, each a commit
