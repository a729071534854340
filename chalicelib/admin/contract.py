"""The texts of the staff queue in the contract."""

from ..web.contract_texts import About, FeatureTexts
from . import permissions as can

__all__ = ["CONTRACT"]

CONTRACT = FeatureTexts(
    tag="What waits for staff, and what messages cost.",
    operations={
        "read_queue": About(can.READ, "It changes nothing."),
        "convert_ticket": (
            "For grid workers, community staff and street administrators of the place. The ticket "
            "is closed, and the wish waits for approval."
        ),
        "redrive_job": About(can.REDRIVE, "The job is tried again."),
        "read_spending": About(can.READ, "It changes nothing."),
    },
    fields={
        "counts": "The number of tasks by kind.",
        "capped": "Whether there may be more.",
        "place_name": "The name of the place.",
        "sms_fen": "The spending in fen.",
        "TaskCountView.value": "The number of tasks.",
        "SpendingView.budget_fen": "The budget of the month in fen.",
    },
    examples={
        "QueueTaskView.id": "wsh_a2a2a2a2a2a2a2a2a2a2a2a2",
        "QueueTaskView.kind": "wish.approve",
        "QueueTaskView.moves": ["approve", "reject"],
        "QueueTaskView.category": "goods",
        "QueueTaskView.level": None,
        "QueueTaskView.assignee": None,
        "QueueTaskView.subject": None,
        "QueueTaskView.place": "chunhui.baihua.g01.b12",
        "reporter": "王*",
        "place_name": "12号楼",
        "counts": {"wish.approve": {"value": 3, "capped": False}},
        "ConvertToWishIn.kind": "service",
    },
)
