"""The texts of the staff queue in the contract."""

from ..web.contract_texts import About, FeatureTexts
from . import permissions as can

__all__ = ["CONTRACT"]

_BULK = (
    "For those who may make the move on each of the tasks. Each task is moved by itself, and the "
    "answer says for each whether it was."
)
CONTRACT = FeatureTexts(
    tag="What waits for staff, and what messages cost.",
    operations={
        "approve_wishes": _BULK,
        "reject_wishes": _BULK,
        "accept_tickets": _BULK,
        "assign_tickets": _BULK,
        "merge_tickets": _BULK,
        "note_visits": _BULK,
        "redrive_jobs": _BULK,
        "read_queue": About(can.READ, "It changes nothing."),
        "convert_ticket": (
            "For grid workers, community staff and street administrators of the place. The ticket "
            "is closed, and the wish waits for approval."
        ),
        "redrive_job": About(can.REDRIVE, "The job is tried again."),
        "read_spending": About(can.READ, "It changes nothing."),
    },
    fields={
        "BulkAssignIn.to": "A role of the place, or the id of a person.",
        "counts": "The number of tasks by kind.",
        "capped": "Whether there may be more.",
        "place_name": "The name of the place.",
        "failed_at": "When it was given up (UTC).",
        "sms_fen": "The spending in fen.",
        "TaskCountView.value": "The number of tasks.",
        "SpendingView.budget_fen": "The budget of the month in fen.",
    },
    examples={
        "BulkItemIn.id": "wsh_a2a2a2a2a2a2a2a2a2a2a2a2",
        "BulkAssignIn.to": "property",
        "BulkResultView.id": "wsh_a2a2a2a2a2a2a2a2a2a2a2a2",
        "BulkResultView.ok": True,
        "BulkResultView.code": None,
        "QueueTaskView.id": "wsh_a2a2a2a2a2a2a2a2a2a2a2a2",
        "QueueTaskView.kind": "wish.approve",
        "QueueTaskView.moves": ["approve", "reject"],
        "QueueTaskView.category": "goods",
        "QueueTaskView.urgency": None,
        "QueueTaskView.level": None,
        "QueueTaskView.assignee": None,
        "QueueTaskView.assignee_name": None,
        "QueueTaskView.subject": None,
        "QueueTaskView.job": None,
        "FailedJobView.kind": "wish.approved",
        "FailedJobView.error": "server.busy",
        "QueueTaskView.place": "chunhui.baihua.g01.b12",
        "reporter": "王*",
        "place_name": "12号楼",
        "counts": {"wish.approve": {"value": 3, "capped": False}},
        "ConvertToWishIn.kind": "service",
    },
)
