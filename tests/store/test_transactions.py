"""The largest outcomes there are still fit into one transaction of at most 25 items."""

from ..storage import counted_storage
from ..world import World

MOST = 25


def largest(storage) -> int:
    return max(
        len(kwargs["TransactItems"])
        for name, kwargs, _ in storage.calls
        if name == "TransactWriteItems"
    )


def test_the_largest_moves_of_a_wish_fit_into_one_transaction(world: World):
    resident, helpers = world.resident(), [world.volunteer() for _ in range(5)]
    with counted_storage() as storage:
        for edit in (True, False):
            id = world.open_wish(
                resident, helpers_needed=5, kind="service", budget_fen=None
            )
            for helper in helpers[: 4 if edit else 5]:
                assert (
                    helper.post(
                        f"/v1/wishes/{id}/claim", idempotency_key=f"c-{id}"
                    ).status
                    == 200
                )
            move, body = (
                ("edit", {"title": "换个说法"}) if edit else ("withdraw", {})
            )
            assert (
                resident.post(
                    f"/v1/wishes/{id}/{move}", body, idempotency_key=f"m-{id}"
                ).status
                == 200
            )
    assert 14 <= largest(storage) <= MOST


def test_the_largest_erasure_fits_into_one_transaction(world: World):
    resident, staff = world.resident(), world.staff()
    for n in range(12):
        body = world.wish_body(
            title=f"心愿{n}",
            on_behalf_of=resident.me["id"],
            consent={"how": "spoken", "witness": "李四"},
        )
        assert staff.post("/v1/wishes", body).status == 201
    with counted_storage() as storage:
        assert world.erase(resident).status == 202
    assert largest(storage) <= MOST
