"""Tickets of the past under another policy."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from ..places.roster import Roster
from ..tickets.model import Ticket
from ..tickets.policy import Policy
from ..tickets.sla_timers import sla_of
from ..tickets.worktime import HolidayLookup
from .book import PolicyBook
from .escalation_path import EscalationPath
from .replay import (
    ReplayedTicket,
    ReplayPair,
    play,
    urgency_under,
)

__all__ = ["Replayer"]


@dataclass(frozen=True, kw_only=True)
class Replayer:
    """Replays tickets under their own and another policy, with the people now on duty."""

    street: str
    policy: Policy
    roster: Roster
    book: PolicyBook
    holidays: HolidayLookup
    until: datetime

    def pair(self, ticket: Ticket) -> ReplayPair:
        """Replay a ticket under both policies."""
        before = self._path_of(ticket.policy_version)
        urgency = urgency_under(self.policy, before.policy, ticket)
        changed = replace(ticket, urgency=urgency)
        return ReplayPair(
            ticket_id=ticket.id,
            then=self._replayed(ticket, before),
            now=self._replayed(changed, self._path_after),
        )

    @cached_property
    def _path_after(self) -> EscalationPath:
        return EscalationPath(self.policy, self.roster)

    @cached_property
    def _paths(self) -> dict[int, EscalationPath]:
        return {}

    def _path_of(self, version: int) -> EscalationPath:
        """Return the escalation path of a version of the street's policy."""
        if version not in self._paths:
            policy = self.book.policy_for(self.street, version)
            self._paths[version] = EscalationPath(policy, self.roster)
        return self._paths[version]

    def _replayed(self, ticket: Ticket, path: EscalationPath) -> ReplayedTicket:
        sla = sla_of(path.policy, ticket, self.holidays)
        escalation, routed = path.route_ticket(
            ticket.place, ticket.category, sla
        )
        return play(
            ticket, escalation, routed.level, routed.assignee, self.until
        )
