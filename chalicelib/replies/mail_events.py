"""E-mails that came back: their lines of the message log, and the addresses they went to."""

from contextlib import suppress

from ..kernel.errors import NotFound
from ..kernel.mail_event import MailEvent, MailFate
from ..kernel.metrics import Metrics
from ..message_log.reports import DeliveryReports
from ..people.service import People
from .keeper import ReplyKeeper

__all__ = ["MailEvents"]

_NO_PROVIDER = ""  # of an e-mail, in the message log


class MailEvents:
    """Settles the events of the provider of e-mail. Each may come twice, and in any order."""

    def __init__(
        self,
        *,
        people: People,
        keeper: ReplyKeeper,
        reports: DeliveryReports,
        metrics: Metrics,
    ) -> None:
        self._people, self._keeper = people, keeper
        self._reports, self._metrics = reports, metrics

    def settle(self, event: MailEvent) -> None:
        """Settle an attempt, and take its address for unproven if it is gone or complains.

        Nothing more is sent there until its owner proves it again.

        Raises:
            Busy: the attempt changes all the time; the event must come again.

        """
        self._metrics.count("MailEvents", fate=event.fate.value)
        people = self._reports.people_of(event.attempt_id)
        # A complaint is about a mail that has arrived.
        if event.fate is not MailFate.COMPLAINT:
            # The log has deleted the message since, or it never was ours.
            with suppress(NotFound):
                self._reports.report(
                    event.attempt_id,
                    provider=_NO_PROVIDER,
                    delivered=False,
                    reason=event.reason,
                )
        if event.ends_address:
            for person_id in people:
                self._people.unprove_email(
                    person_id, event.addresses, self._keeper.opted_out
                )
