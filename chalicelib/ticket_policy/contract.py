"""The texts of ticket policies in the contract."""

from ..web.contract_texts import About, FeatureTexts
from . import permissions as can

__all__ = ["CONTRACT"]

CONTRACT = FeatureTexts(
    operations={
        "read_ticket_policy": About(can.READ, "It changes nothing."),
        "set_ticket_policy": About(
            can.SET, "New tickets follow it. Coverage is checked at once."
        ),
        "replay_ticket_policy": About(can.REPLAY, "It changes nothing."),
    },
    fields={
        "about_zh": "What belongs to it, in Chinese.",
        "about_en": "What belongs to it, in English.",
        "group_zh": "The name of its group, in Chinese.",
        "group_en": "The name of its group, in English.",
        "keywords": "Words that lead to it.",
        "photo_needed": "Whether a photo is asked for.",
        "questions": "The questions about a problem.",
        "choices": "The choices of the question.",
        "required": "Whether an answer is needed.",
        "urgent_if_yes": "Whether a yes makes it urgent.",
        "key": "The key.",
        "accept": "Minutes until it has to be accepted.",
        "contact": "Minutes until a reporter has to be contacted.",
        "resolve": "Minutes until it has to be resolved.",
        "call_back": "Minutes until a reporter has to be called back.",
        "remind": "Minutes before a deadline at which a reminder goes.",
        "always": "Whether every minute counts, not only office hours.",
        "percent": "The part of the limit after which it escalates, in percent.",
        "categories": "The kinds of problems.",
        "limits": "The SLA limits.",
        "week": "Office hours by day of the week; 1 is Monday.",
        "own": "The days of the street's own calendar.",
        "hours": "Office hours of the day; null for those of the week.",
        "TicketPolicyIn.holds": "The number of holds that a ticket may have.",
        "hold_days": "Days that a hold may last.",
        "reopen_days": "Days in which a ticket may be reopened.",
        "reopen_percent": "The part of the limit that a reopened ticket gets, in percent.",
        "hot_spot_reports": "Reports that make a hot spot.",
        "hot_spot_days": "Days in which they make a hot spot.",
        "rules": "The routing rules; null for who is no staff.",
        "ladder": "The escalation path; null for who is no staff.",
        "warnings": "Warnings about the policy; null for who is no staff.",
        "hole_count": "The number of coverage gaps; null for who is no staff.",
        "TicketPolicyView.holds": "The number of holds that a ticket may have.",
        "TicketPolicyView.checked_at": "When coverage was checked (UTC).",
        "instead": "The level that would have the ticket.",
        "policy": "The policy to replay.",
        "by_urgency": "The outcomes by urgency.",
        "examples": "Tickets whose outcome differs.",
        "then": "Under the policy of the time.",
        "now": "Under the policy to replay.",
        "begins": "The level that has the ticket first.",
        "holder": "The person who has the ticket first.",
        "climbs": "The escalations.",
        "QuestionChoiceView.key": "The key of the choice.",
        "RoutingRuleView.to": "The role or the id of the person that gets the tickets.",
        "OutcomeCountsView.tickets": "The number of tickets.",
        "CategoryView.code": "The code of the category.",
        "CategoryIn.code": "The code of the category.",
    },
    examples={
        "RoutingRuleView.to": "property",
        "CoverageGapView.to": "grid_worker",
        "OfficeHoursView.from": "09:00",
        "OfficeHoursView.to": "17:00",
        "policy": {},
    },
)
