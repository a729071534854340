"""A timer whose due row is lost is armed again at night; one that waits in time is left alone."""

from datetime import timedelta

from chalicelib.offers.model import Offer

from ..store.scan import remove
from .cloud import Cloud
from .crashes import Row
from .facts import every, timers
from .ladder import timer_of
from .scenes import rows
from .scenes_offers import (
    EXPIRED,
    a_place_is_taken_from_the_wall,
    an_offer_expires,
)
from .scenes_tickets import TICKETS

WAITING = (
    "nobody has accepted in time",
    "nor at the top",
    "a hold is over",
    "nobody has answered",
)
WAITING_TICKETS = [row for row in TICKETS if row.name in WAITING]
assert len(WAITING_TICKETS) == len(WAITING)


@rows(WAITING_TICKETS)
def test_a_ticket_with_a_lost_timer_is_rearmed_at_night(
    cloud: Cloud, row: Row
) -> None:
    scene, services = row.arrange(cloud), cloud.world.services
    remove(timer_of(scene.expected.ticket))
    assert services.audit() == 0, "it may still be on its way through a queue"
    cloud.world.clock.advance(timedelta(hours=1, seconds=1))
    assert services.audit() == 1
    assert services.audit() == 0
    scene.settle()
    scene.check()
    assert services.audit() == 0


def test_an_offer_with_a_lost_timer_is_rearmed_at_night(
    cloud: Cloud,
) -> None:
    scene, services = an_offer_expires(cloud), cloud.world.services
    (offer,) = every(Offer)
    (timer,) = timers(offer.id)
    remove(timer)
    assert services.audit() == 0, "it may still be on its way through a queue"
    cloud.world.clock.advance(timedelta(hours=7))  # half past two at night
    assert services.audit() == 1
    assert services.audit() == 0
    cloud.run(cloud.world.clock.now())
    assert [offer.state for offer in every(Offer)] == [EXPIRED]
    assert services.audit() == 0
    cloud.run_for(hours=12)  # nobody is asked at night
    scene.check()


def test_the_audit_leaves_alone_what_waits_in_its_time(cloud: Cloud) -> None:
    scene = a_place_is_taken_from_the_wall(cloud)
    scene.settle()
    before = [offer.timer for offer in every(Offer)]
    assert cloud.world.services.audit() == 0
    assert [offer.timer for offer in every(Offer)] == before
    cloud.run(cloud.world.clock.now())  # what the audit began
    scene.check()
