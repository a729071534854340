"""The texts of matching in the contract."""

from collections.abc import Mapping

from ..web.contract_texts import About, FeatureTexts
from . import permissions as can
from .policy import Weights

__all__ = ["CONTRACT"]


def _weight(note: Mapping[str, str]) -> str:
    """Return the description of a weight from its note."""
    return f"In {note['unit']}: {note['why']}."


_WEIGHTS = {
    f"MatchingWeightsIn.{name}": _weight(note)
    for name, note in Weights.notes().items()
}
CONTRACT = FeatureTexts(
    tag="Matching of wishes with volunteers.",
    operations={
        "list_matching_runs": About(can.READ, "It changes nothing."),
        "start_matching_run": About(
            can.RUN, "Volunteers get offers, except in a dry run."
        ),
        "read_matching_run": About(can.READ, "It changes nothing."),
        "explain_matching": About(can.READ, "It changes nothing."),
        "read_matching_weights": About(can.READ, "It changes nothing."),
        "set_matching_weights": About(
            can.WEIGH, "The next run counts with them."
        ),
    },
    fields={
        "dry_run": "Whether nobody is asked.",
        "digest": "A digest of the input.",
        "places_needed": "The number of helpers that the wishes need.",
        "volunteers": "The number of volunteers.",
        "edges": "Pairs of wish and volunteer that are possible.",
        "regret": "Points above the bound.",
        "gini": "The Gini coefficient of offers after the run, from 0 to 1.",
        "gini_before": "The Gini coefficient of offers before the run, from 0 to 1.",
        "most_offers": "The most offers that one volunteer has.",
        "unserved": "The number of wishes without an offer, by reason.",
        "shortages": "Where another volunteer would help most.",
        "planned": "The number of planned offers.",
        "made": "The number of offers that were made.",
        "milliseconds": "The time of the computation in milliseconds.",
        "offers": "The planned offers.",
        "offer": "The id of the offer.",
        "price": "Points that another volunteer would save.",
        "skill": "The skill; empty for any.",
        "unit": "The unit of the weight.",
        "default": "The value if the street changes nothing.",
        "need": "The number of helpers that are still needed.",
        "waiting": "The reason why the wish waits.",
        "asked": "The volunteers who were asked.",
        "candidates": "The volunteers who may be asked, cheapest first.",
        "load": "Open claims and offers of the volunteer.",
        "recent_offers": "Offers of the last weeks.",
        "MatchingRunView.version": "The version; every step of a run adds one.",
        "MatchingWeightView.value": "The value that counts.",
        "MatchingWeightView.why": "The reason for the weight.",
        "AskedVolunteerView.at": "When they were asked (UTC).",
        "AskedVolunteerView.until": "Until when they may answer (UTC).",
        **_WEIGHTS,
    },
    examples={
        "MatchingRunView.by": "schedule",
        "MatchingRunDetail.by": "schedule",
        "skill": "理发",
        "unit": "points",
        "MatchingWeightView.why": "同一栋楼的邻居一分钟就到",
        "offer": "off_a2a2a2a2a2a2a2a2a2a2a2a2",
    },
)
