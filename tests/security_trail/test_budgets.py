"""What the security trail adds to the cost of a sign-in: one write, and no read."""

from ..signin.builders import ask, exchange, wrong
from ..storage import Storage, counted_storage
from ..world import Phone, World


def written(storage: Storage) -> list[str]:
    """Return the tables that the one transaction writes, without the prefix."""
    (kwargs,) = [
        kwargs
        for name, kwargs, _ in storage.calls
        if name == "TransactWriteItems"
    ]
    parts = [part for item in kwargs["TransactItems"] for part in item.values()]
    return sorted(part["TableName"].rpartition("-")[2] for part in parts)


def test_a_sign_in_has_one_more_write_in_its_transaction(
    embedded_world: World,
):
    person = embedded_world.person()
    phone = person.phone or ""
    ask(Phone(), phone)
    code = embedded_world.code_in_sms(phone)
    with counted_storage() as storage:
        assert exchange(Phone(), code, phone).status == 201
    assert written(storage).count("audit") == 1
    assert storage.reads <= 4
    units = storage.units("TransactWriteItems")
    print(storage.names, units)
    assert units <= 15


def test_a_wrong_code_is_noted_in_the_transaction_that_counts_it(
    embedded_world: World,
):
    person = embedded_world.person()
    phone = person.phone or ""
    ask(Phone(), phone)
    code = wrong(embedded_world.code_in_sms(phone))
    with counted_storage() as storage:
        assert exchange(Phone(), code, phone).status == 422
    print(storage.names, storage.units("TransactWriteItems"))
    # The challenge, and the code that staff may have read out.
    assert storage.names == {"GetItem": 2, "TransactWriteItems": 1}
    assert written(storage).count("audit") == 1
