"""What fan-outs bring: one message to very many, read page by page and resumed wherever it was left."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..feature import Feature, Get
from ..notifications.feature import begin_fanout
from ..places.feature import feature as places

if TYPE_CHECKING:
    from ..core import Core
    from ..kernel.jobs import JobRecord, Timer
    from .service import Fanouts

__all__ = ["feature"]

feature: "Feature[Fanouts]" = Feature("fanouts", id_prefixes={"fanout": "fan"})


@feature.build
def build(core: "Core", get: Get) -> "Fanouts":
    """Build the service."""
    from .repository import FanoutRepository
    from .service import Fanouts

    return Fanouts(
        transaction=core.transaction,
        repository=FanoutRepository(core.store),
        clock=core.clock,
        hooks=core.hooks,
        places=get(places),
        templates=core.templates,
        per_second=core.settings.sms_per_second,
    )


@feature.fill(begin_fanout)
def fill_begin_fanout(core: "Core", get: Get) -> "Callable[[JobRecord], None]":
    """Tell the notifier how a large group is told."""
    return get(feature).begin


@feature.on_timer("fanout")
def on_timer(fanouts: "Fanouts", timer: "Timer") -> None:
    """Resume a fan-out."""
    fanouts.wake(timer.entity_id, timer.id)


@feature.rearm()
def rearm(fanouts: "Fanouts") -> int:
    """Arm lost timers."""
    return fanouts.rearm_lost()
