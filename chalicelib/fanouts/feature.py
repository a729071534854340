"""The declaration of fan-outs: one message to a large group, resumed at its cursor."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..feature import Feature, Get
from ..notifications.feature import start_fanout
from ..places.feature import feature as places

if TYPE_CHECKING:
    from ..core import Core
    from ..kernel.job import Send, Timer
    from .service import Fanouts

__all__ = ["feature"]

feature: "Feature[Fanouts]" = Feature("fanouts", id_prefixes={"fanout": "fan"})


@feature.build
def build(core: "Core", get: Get) -> "Fanouts":
    """Build the use cases of fan-outs."""
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


@feature.fill(start_fanout)
def fill_start_fanout(core: "Core", get: Get) -> "Callable[[Send], None]":
    """Give the notifier the use case that starts a fan-out."""
    return get(feature).start


@feature.on_timer("fanout")
def on_timer(fanouts: "Fanouts", timer: "Timer") -> None:
    """Resume a fan-out."""
    fanouts.on_timer(timer.entity_id, timer.id)


@feature.rearm()
def rearm(fanouts: "Fanouts") -> int:
    """Arm the lost timers of fan-outs."""
    return fanouts.rearm_lost()
