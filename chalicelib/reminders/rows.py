"""How the sending ledger lies in the store."""

from pynamodb.exceptions import PutError

from ..store.rows import Table, load, row_of
from .model import Delivery

__all__ = ["claim_delivery", "find_delivery", "settle_delivery"]


class MessageTable(Table):
    """PK the message, SK the recipient."""

    class Meta:
        """Name."""

        table_name = "messages"


MessageTable.holding(Delivery, lambda delivery: {"pk": delivery.message_id, "sk": delivery.recipient})


def claim_delivery(delivery: Delivery) -> bool:
    """Write the intent to send, before the attempt; False if somebody has done so already."""
    try:
        row_of(delivery).save(condition=Table.pk.does_not_exist())
    except PutError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        return False
    return True


def settle_delivery(delivery: Delivery) -> None:
    """Write how an attempt ended."""
    row_of(delivery).save()


def find_delivery(message_id: str, recipient: str) -> Delivery | None:
    """Read a line of the ledger."""
    return load(Delivery, message_id, recipient)
