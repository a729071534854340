"""The texts of tickets in the contract."""

from collections.abc import Mapping

from ..kernel.access import Relation
from ..web.contract_texts import About, FeatureTexts
from . import permissions as can

__all__ = ["CONTRACT"]

_OPERATIONS: Mapping[str, About | str] = {
    "report_problem": About(
        can.SUBMIT,
        "Staff need the consent of the person. The ticket is routed, and its timers start.",
    ),
    "list_tickets": (
        "For anybody who is signed in. With `place`, staff of the place see all tickets there, and "
        "others see their own. With `near`, residents see what is open near their home. "
        "Name exactly one of both. It changes nothing."
    ),
    "read_ticket": About(can.SEE_NOW, "The view depends on the caller."),
    "list_my_tickets": (
        "For anybody who is signed in: what they reported or joined. It changes nothing."
    ),
    "read_ticket_timeline": About(
        can.LOOK_INSIDE,
        "Names of people are shown to staff. It changes nothing.",
    ),
    "read_ticket_photos": About(
        can.LOOK_INSIDE, "The addresses are signed and end soon."
    ),
    "read_sla_timers": About(can.LOOK_INSIDE, "It changes nothing."),
    "accept_ticket": About(
        can.ACCEPT, "The reporters are told, and a timer is met."
    ),
    "assign_ticket": About(can.ASSIGN, "The assignee is told."),
    "bounce_ticket": About(
        can.BOUNCE,
        "The dispatcher is told. After two returns the level must assign it.",
    ),
    "comment_on_ticket": About(
        can.COMMENT, "A public comment is sent to the reporters."
    ),
    "hold_ticket": About(
        can.HOLD, "Its timers stop, and the reporters are told."
    ),
    "resume_ticket": About(can.RESUME, "Its timers run again."),
    "resolve_ticket": About(can.RESOLVE, "The reporters are asked to confirm."),
    "confirm_ticket": About(
        can.CONFIRM, "The rating counts in the statistics."
    ),
    "reopen_ticket": About(
        can.REOPEN, "The level above is told, and its timers start."
    ),
    "close_ticket": About(can.CLOSE, "The reporters are told."),
    "escalate_ticket": About(can.ESCALATE, "The level above is told."),
    "join_ticket": About(can.JOIN, "The person hears of its progress."),
    "merge_ticket": About(
        can.MERGE, "Its reporters become reporters of the other ticket."
    ),
    "split_ticket": About(can.SPLIT, "It is worked on by itself again."),
    "publish_ticket": About(
        can.PUBLISH, "The public and Open311 show the text."
    ),
    "hide_ticket": About(can.HIDE, "The public and Open311 show no text."),
}
_FIELDS = {
    "location_note": "Where exactly it is, in words.",
    "assignee": "The id of the person who works on it.",
    "assignee_name": "The name of the person who works on it.",
    "policy_version": "The version of the ticket policy that counts for it.",
    "waits_for": "The work that has the next deadline.",
    "holds": "The holds of the ticket.",
    "bounces": "How often it was returned to its dispatcher.",
    "must_be_assigned": "Whether the staff of its level must assign it.",
    "reopened": "How often it was reopened.",
    "merged": "What was merged into it.",
    "merged_into": "The id of the ticket into which it was merged.",
    "resolved_at": "When it was resolved (UTC).",
    "closed_at": "When it was closed (UTC).",
    "ending": "How it ended.",
    "solution": "The solution, in words.",
    "public_solution": "The solution as staff have released it.",
    "person_name": "The name of the person who reported it.",
    "source": "The application that reported it; empty for this one.",
    "answers": "The answers to the questions of its category.",
    "answered": "The number of reporters who have answered.",
    "ratings": "The ratings of reporters, from 1 to 5.",
    "silent": "Whether it is urgent but rings nobody.",
    "urgency_requested": "Whether its reporter asks that it be urgent.",
    "category_name": "The name of its category, in the caller's language.",
    "in_own_building": "Whether it is in the building of the caller.",
    "question": "The question.",
    "answer": "The answer.",
    "into": "The id of the ticket to merge into.",
    "satisfied": "The rating of the solution, from 1 to 5.",
    "public": "Whether the reporters read it.",
    "publish": "Whether the public reads it too.",
    "until": "The end (UTC).",
    "clock": "The work that the timer measures.",
    "started": "When the timer started (UTC).",
    "met": "When the work was done in fact (UTC); null before.",
    "fired": "How often the timer has fired.",
    "explanation": "How the deadline was computed, part by part.",
    "warning": "A warning about years whose holidays are not known yet; null without.",
    "day": "The local day.",
    "lines": "The days of the part.",
    "CountedDayView.text": "The reason in words, in the caller's language.",
    "CountedDayView.why": "The reason why the day counts or does not.",
    "CountedDayView.minutes": "Minutes that were counted on the day.",
    "CountedDayView.total": "Minutes that were counted until the end of the day.",
    "CountedDayView.from": "The beginning of the counted time (UTC).",
    "CountedDayView.to": "The end of the counted time (UTC).",
    "StaffTicket.wish": "The id of the wish that took its place.",
    "InvolvedTicket.wish": "The id of the wish that took its place.",
    "TicketLineView.text": "The text, without personal data.",
    "TicketEventView.version": "The version of the ticket after the event.",
    "AssignTicketIn.to": "A role of the place, or the id of a person.",
    "order": "The order.",
}
_EXAMPLES = {
    "TicketIn.text": "楼下垃圾桶满了三天没人清。",
    "TicketLineView.text": "楼下垃圾桶满了三天没人清。",
    "PublicTicket.text": "楼下垃圾桶满了三天没人清。",
    "StaffTicket.text": "楼下垃圾桶满了三天没人清。",
    "AssignTicketIn.to": "property",
    "TicketIn.place": "chunhui.baihua.g01.b12",
    "StaffTicket.place": "chunhui.baihua.g01.b12",
    "category_name": "垃圾清运",
    "assignee_name": "李明",
    "person_name": "王阿姨",
    "ratings": [5],
    "solution": "已清运。",
    "location_note": "3单元门口",
    "photos": [],
    "TicketPhotosView.photos": [],
    "TicketPhotosView.proof": [],
    "proof": [],
    "merged": [],
    "merged_into": None,
    "answers": None,
    "StaffTicket.wish": None,
}
CONTRACT = FeatureTexts(
    tag="Problems that residents report, who solves them, and by when.",
    operations=_OPERATIONS,
    fields=_FIELDS,
    examples=_EXAMPLES,
    relations={
        Relation.PUBLIC: "anybody, while it is public",
        Relation.OWNER: "its reporters",
        Relation.HELPER: "its assignee",
    },
)
