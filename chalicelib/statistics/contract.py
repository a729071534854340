"""The texts of statistics in the contract."""

from ..web.contract_texts import About, FeatureTexts
from . import permissions as can

__all__ = ["CONTRACT"]

CONTRACT = FeatureTexts(
    operations={
        "read_overview": About(can.READ, "It changes nothing."),
        "list_hot_spots": About(can.READ, "It changes nothing."),
        "read_rates": About(can.READ, "It changes nothing."),
    },
    fields={
        "as_of": "When the figures were read (UTC).",
        "groups": "The figures by group.",
        "fulfilled": "The number of wishes that were fulfilled.",
        "sealed_at": "When the month was sealed (UTC).",
        "first_at": "When the first of the reports came (UTC).",
        "last_at": "When the last of the reports came (UTC).",
        "hits": "The number of cases that count as good.",
        "low": "The lower end of the interval.",
        "high": "The upper end of the interval.",
        "reported": "The number of tickets that were reported.",
        "open": "The number of tickets that are open.",
        "withdrawn": "The number of tickets that their reporters withdrew.",
        "StatisticsView.merged": "The number of tickets that were merged into others.",
        "RateView.value": "The share, from 0 to 1.",
        "OverviewView.from": "The first local day.",
        "OverviewView.to": "The last local day.",
        "FiguresView.wishes": "The figures of wishes.",
        "FiguresView.tickets": "The figures of tickets.",
        "OverviewGroupView.wishes": "The figures of wishes.",
        "OverviewGroupView.tickets": "The figures of tickets.",
    },
    examples={
        "key": "chunhui.baihua",
        "StatisticsView.merged": 2,
        "OverviewGroupView.name": "柏华社区",
        "SuggestionView.text": "3号楼一个月内有五次垃圾问题，请查明原因。",
        "tickets": ["tkt_a2a2a2a2a2a2a2a2a2a2a2a2"],
        "OutcomeCountsView.tickets": 40,
    },
)
