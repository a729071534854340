"""The permission matrix: every mounted route × who asks × own or other community × state of a wish,
over HTTP.

The expectations are data in each feature's `cases.py`, written from the contract and not from
the code. A route that is missing there fails the test, so there is no list of exceptions.
"""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app import api
from chalicelib.kernel.access import Role
from chalicelib.kernel.request import RequestContext
from chalicelib.matching.policy import WeightsEdit
from chalicelib.offers.model import OfferState
from chalicelib.offers.repository import OfferRepository
from chalicelib.people.model import Person
from chalicelib.web.routes import Operation
from chalicelib.wishes.model import (
    AnswerProof,
    Claim,
    ClaimState,
    RecordedAnswer,
    Wish,
    WishKind,
    WishState,
)

from .admin.cases import BULK, a_parked_job
from .cases import STAFF, WORKER, an_id, cases_by_feature, merged
from .exports.cases import FILES, an_export
from .factors.cases import OWN_FACTOR
from .matching.cases import OF_A_WISH, RUNS
from .message_log.cases import a_visit
from .offers.cases import OFFERS
from .open311.cases import BY_KEY, FOR_ALL
from .privacy.cases import SEALED, erased_helper
from .replies.cases import BY_SIGNATURE
from .staff_directory.cases import OF_COLLEAGUES
from .store.scan import Reads, save
from .tickets.cases import TICKET_MOVES, TICKET_READS
from .wishes.cases import MOVES, PUBLIC_STATES, READS
from .world import (
    BAIHUA,
    BUILDING,
    GRID,
    JINFENG,
    OTHER_GRID,
    STREET,
    UNIT,
    Phone,
    World,
)

rows = Reads(OfferRepository)

# Who is what towards a resident, a wish and a place of baihua's first grid.
ACTORS = {
    "nobody": set(),
    "stranger": {"member"},
    "owner": {"member", "owner"},
    "helper": {"member", "volunteer", "helper"},
    "volunteer": {"member", "volunteer"},
    "volunteer of jinfeng": {"member", "volunteer"},
    "property": {"member"},
    "grid worker": {"member", "worker"},
    "grid worker of jinfeng": {"member"},
    "staff": {"member", "worker", "staff"},
    "staff of jinfeng": {"member"},
    "administrator": {"member", "worker", "staff", "admin"},
}
WHO = merged("who")
BODIES, QUERIES = merged("bodies"), merged("queries")
MADE_BODIES, PATH_VALUES = merged("made_bodies"), merged("path_values")
DENIED = {401, 403, 404}


def value_of(operation: Operation, name: str) -> Any:
    """Return what makes a value of the path: that of one operation, or of all."""
    return PATH_VALUES.get(f"{operation.name}.{name}") or PATH_VALUES[name]


class Stage:
    """A world in which one actor tries everything."""

    def __init__(self, world: World, actor: str) -> None:
        self.world, self.name = world, actor
        self.owner = world.person("魏秀英", home=UNIT)
        self.helper = world.volunteer()
        self.phone = self._phone(actor)

    def _phone(self, actor: str) -> Phone:
        world = self.world
        made = {
            "nobody": Phone,
            "stranger": lambda: world.phone_of(
                world.person("过路人", home=f"{OTHER_GRID}.b01")
            ),
            "owner": lambda: world.phone_of(self.owner),
            "helper": lambda: self.helper,
            "volunteer": world.volunteer,
            "volunteer of jinfeng": lambda: world.volunteer(JINFENG),
            "property": lambda: world.staff(BAIHUA, Role.PROPERTY),
            "grid worker": lambda: world.staff(GRID, Role.GRID_WORKER),
            "grid worker of jinfeng": lambda: world.staff(
                OTHER_GRID, Role.GRID_WORKER
            ),
            "staff": world.staff,
            "staff of jinfeng": lambda: world.staff(JINFENG),
            "administrator": self._administrator,
        }
        return made[actor]()

    def _administrator(self) -> Phone:
        number = f"+86137{next(self.world.numbers) + 10_000_000:08}"
        self.world.services.person_admin.bootstrap_admin(number, "林晖", STREET)
        return self.world.sign_in(number, consent="2026-11")

    def wish(self, state: str, move: str = "") -> str:
        """Put a wish of the owner, with the helper's claim in it, into a state; each try gets one
        of its own.
        """
        now = self.world.clock.now()
        claims = tuple(self._claims(state, move))
        wish = Wish(
            id=an_id(self.world, "wsh"),
            version=3,
            created_at=now,
            updated_at=now,
            submitted_at=now,
            opened_at=now,
            listed_at=now,
            person_id=self.owner.id,
            filed_by=self.owner.id,
            kind=WishKind.SERVICE,
            title="修灯",
            place=UNIT,
            community_name="柏华社区",
            zone="Asia/Shanghai",
            helpers_needed=5 if state == "open" else len(claims) or 1,
            needed_by=(now + timedelta(days=9)).date(),
            state=WishState(state),
            claims=claims,
            answer=RecordedAnswer(
                by=an_id(self.world, "per"),
                at=now,
                how=AnswerProof.SLIP,
                upload=an_id(self.world, "upl"),
                check_by=now,
            )
            if "check_answer" in (move, "") or state == "fulfilled"
            else None,
        )
        save(wish)
        return wish.id

    def _claims(self, state: str, move: str) -> Iterator[Claim]:
        """Yield the claims that a move of a wish in a state is about."""
        now = self.world.clock.now()
        claim = Claim(
            id=f"clm_{'a' * 24}",
            helper=self.helper.me["id"],
            claimed_at=now,
            checked_in_at=now if move == "check_out" else None,
        )
        delivered = replace(claim, state=ClaimState.DELIVERED, delivered_at=now)
        disputed = replace(delivered, answered_at=now)
        judged = {
            "confirm_wish": delivered,
            "dispute_wish": delivered,
            "reopen_wish": disputed,
        }
        own = {
            "open": claim,
            "claimed": claim,
            "delivered": judged.get(move, delivered),
            "disputed": disputed,
            "fulfilled": replace(delivered, state=ClaimState.CONFIRMED),
        }
        if state in own:
            yield own[state]
        if move in judged and state in ("open", "claimed"):
            other = an_id(self.world, "per")
            yield replace(judged[move], id=f"clm_{'b' * 24}", helper=other)
        if move == "settle_hours":
            yield replace(
                own["fulfilled"],
                id=f"clm_{'c' * 24}",
                helper=self.world.person("何先生").id,
                checked_in_at=now,
                checked_out_at=now + timedelta(hours=5),
                hours_by=now,
            )

    def path(self, operation: Operation, target: Person) -> str:
        """Fill in the path of an operation: with a thing of the owner's, or with the target."""
        names = re.findall(r"{(\w+)}", operation.path)
        return operation.path.format(
            **{
                name: value_of(operation, name)(self.world, self.owner, target)
                for name in names
            }
        )

    def body(self, operation: Operation, target: Person) -> Any:
        """Return what the matrix sends to an operation."""
        make = MADE_BODIES.get(operation.name)
        return (
            make(self.world, self.owner, target)
            if make
            else BODIES.get(operation.name)
        )

    def expect(self, who: AbstractSet[str]) -> bool:
        return "anyone" in who or bool(who & ACTORS[self.name])


@pytest.fixture(params=ACTORS)
def stage(request: pytest.FixtureRequest, world: World) -> Stage:
    return Stage(world, request.param)


def test_every_route_is_in_the_matrix():
    for feature, cases in cases_by_feature().items():
        served = {
            op.name
            for op in api.operations
            if op.view.__module__.split(".")[1] == feature
        }
        assert served == cases.who.keys() | cases.elsewhere, feature
        assert not cases.who.keys() & cases.elsewhere, feature


def test_a_matrix_of_its_own_has_each_route_that_is_left_to_one():
    own = [
        MOVES,
        READS,
        OFFERS,
        RUNS,
        SEALED,
        OWN_FACTOR,
        OF_COLLEAGUES,
        OF_A_WISH,
        TICKET_MOVES,
        TICKET_READS,
        BY_SIGNATURE,
        FOR_ALL,
        BY_KEY,
        FILES,
        BULK,
    ]
    left = set().union(
        *(cases.elsewhere for cases in cases_by_feature().values())
    )
    assert left == set().union(*own)


@pytest.mark.parametrize("name", BULK)
def test_staff_move_in_bulk_only_what_they_move_alone(stage: Stage, name: str):
    request = BULK[name](stage.world)
    answer = stage.phone.post(request.path, request.body)
    moved = answer.status == 200 and answer.json["items"][0]["ok"]
    allowed = STAFF if name == "redrive_jobs" else WORKER
    assert moved is stage.expect(allowed), answer.text
    if not moved:
        assert answer.status in (200, 401, 403, 404)


def test_open311_shows_everybody_the_same_and_takes_nothing_without_a_key(
    stage: Stage,
):
    body = {"category": "light", "text": "灯不亮", "place": UNIT}
    owner = stage.world.phone_of(stage.owner)
    public = owner.post("/v1/tickets", body).json["id"]
    private = owner.post("/v1/tickets", body | {"category": "care"}).json["id"]
    named = {
        "read_service": "light",
        "read_request": public,
        "read_token": public,
    }
    for operation in (op for op in api.operations if op.name in FOR_ALL):
        path = operation.path.replace(
            "{document}", f"{named.get(operation.name)}.json"
        )
        answer = stage.phone.get(path)
        assert (answer.status, answer.text) == (200, Phone().get(path).text), (
            stage.name,
            operation.name,
        )
        assert not [
            secret
            for secret in (private, stage.owner.id, "魏秀英", BUILDING)
            if secret in answer.text
        ], operation.name
    for path in (
        f"/open311/v2/requests/{private}.json",
        f"/open311/v2/tokens/{private}.xml",
    ):
        assert stage.phone.get(path).status == 404, stage.name
    form = {"content_type": "application/x-www-form-urlencoded"}
    sent = (
        f"service_code=light&address_id={UNIT}&description=灯不亮"
        f"&service_request_id={public}"
    ).encode()
    for operation in (op for op in api.operations if op.name in BY_KEY):
        assert (
            stage.phone.call("POST", operation.path, raw=sent, **form).status
            == 403
        ), (stage.name, operation.name)


def test_nobody_fetches_a_file_of_others_or_one_that_is_gone(stage: Stage):
    export = an_export(stage.owner.id)
    for path in (f"/v1/admin/exports/{export.id}/file", "/v1/me/data/file"):
        answer = stage.phone.get(path)
        expected = 401 if stage.name == "nobody" else 404
        assert answer.status == expected, (stage.name, path, answer.text)


def test_only_staff_of_an_office_have_a_second_factor(stage: Stage):
    for operation in (op for op in api.operations if op.name in OWN_FACTOR):
        answer = stage.phone.post(operation.path, {"code": "123456"})
        may = stage.name in OWN_FACTOR[operation.name]
        refusals = {401, 403} if not may else {409, 422}
        if operation.name == "set_up_factor":
            answer = stage.phone.post(operation.path)
            refusals = {201, 403} if may else {401, 403}
        assert answer.status in refusals, (stage.name, answer.text)
        if may and answer.status == 403:
            assert answer.code == "factor.sign_in_again"  # no SMS has opened it


def test_only_colleagues_of_a_place_allow_reveals(stage: Stage):
    clerk = stage.world.staff()
    path = f"/v1/people/{clerk.me['id']}/reveals/allow"
    answer = stage.phone.post(path, {"reason": "疫苗通知"})
    may = stage.name in OF_COLLEAGUES["allow_reveals"]
    expected = {200} if may else {401, 403, 404}
    assert answer.status in expected, (stage.name, answer.text)


def test_no_token_replaces_a_providers_signature(stage: Stage):
    for operation in (op for op in api.operations if op.name in BY_SIGNATURE):
        path = operation.path.replace("{provider}", "east")
        assert stage.phone.post(path, {}).status in (401, 404), stage.name


def test_nobody_makes_a_move_that_is_not_theirs(stage: Stage):
    for operation in (op for op in api.operations if op.name in MOVES):
        for state in (state.value for state in WishState):
            path = operation.path.replace(
                "{wish_id}", stage.wish(state, operation.name)
            )
            answer = stage.phone.post(path, BODIES.get(operation.name))
            check_move(stage, operation.name, state, answer)


def check_move(stage: Stage, move: str, state: str, answer) -> None:
    cell = (stage.name, move, state, answer.status, answer.text[:200])
    everyone = set().union(*MOVES[move].values())
    sees = (
        state in PUBLIC_STATES
        or ACTORS[stage.name] & {"owner", "worker"}
        or ("helper" in ACTORS[stage.name] and state == "disputed")
    )
    if stage.name == "nobody":
        assert answer.status == 401, cell
    elif not sees:
        assert answer.status == 404, cell
    elif not stage.expect(everyone):
        assert answer.status == 403, cell
    elif stage.expect(MOVES[move].get(state, set())) and not (
        move == "claim_wish" and stage.name == "helper"
    ):
        assert answer.status == 200, cell
    elif state in MOVES[move] and move != "claim_wish":
        assert answer.status == 403, cell
    else:
        assert answer.status == 409, cell


def test_nobody_reads_a_wish_or_its_timeline_who_may_not(stage: Stage):
    roles = ACTORS[stage.name]
    for state in (state.value for state in WishState):
        wish_id = stage.wish(state)
        sees = (
            state in PUBLIC_STATES
            or roles & {"owner", "worker"}
            or ("helper" in roles and state == "disputed")
        )
        seen = stage.phone.get(f"/v1/wishes/{wish_id}")
        assert seen.status == (200 if sees else 404), (
            stage.name,
            state,
            seen.text,
        )
        if sees:
            named = roles & {"owner", "worker"} or (
                "helper" in roles and state in ("open", "claimed")
            )
            assert ("魏秀英" in seen.text) == bool(named), (stage.name, state)
            assert (UNIT in seen.text) == bool(named), (stage.name, state)
        timeline = stage.phone.get(f"/v1/wishes/{wish_id}/timeline").status
        helps = "helper" in roles and state in (
            "open",
            "claimed",
            "delivered",
            "disputed",
            "fulfilled",
        )
        allowed = roles & {"owner", "worker"} or helps
        assert timeline == (
            401
            if stage.name == "nobody"
            else 200
            if allowed
            else 403
            if sees
            else 404
        ), (stage.name, state)


def test_only_staff_see_who_could_help_with_a_wish(stage: Stage):
    roles = ACTORS[stage.name]
    for state in (state.value for state in WishState):
        sees = (
            state in PUBLIC_STATES
            or roles & {"owner", "worker"}
            or ("helper" in roles and state == "disputed")
        )
        answer = stage.phone.get(f"/v1/wishes/{stage.wish(state)}/matching")
        allowed = stage.expect(OF_A_WISH["explain_matching"])
        assert answer.status == (
            401
            if stage.name == "nobody"
            else 200
            if allowed
            else 403
            if sees
            else 404
        ), (stage.name, state)


def test_nobody_reads_or_answers_the_offer_of_another(stage: Stage):
    """The actor or another volunteer is asked; the offer may have ended in any way."""
    operations = sorted(
        (op for op in api.operations if op.name in OFFERS),
        key=lambda op: op.name,
        reverse=True,
    )
    somebody = stage.world.volunteer()
    for phone in (
        [stage.phone, somebody]
        if stage.name in ("volunteer", "helper", "volunteer of jinfeng")
        else [somebody]
    ):
        ended = rows.find_offer(
            stage.world.offer(stage.world.open_wish(), phone)
        )
        for operation in operations:
            for state in OfferState:
                offer = ended
                if state is OfferState.OFFERED:
                    offer = rows.find_offer(
                        stage.world.offer(stage.world.open_wish(), phone)
                    )
                save(replace(offer, state=state))
                path = operation.path.replace("{offer_id}", offer.id)
                answer = stage.phone.call(
                    operation.method, path, BODIES.get(operation.name)
                )
                roles = ACTORS[stage.name] | (
                    {"asked"} if phone is stage.phone else set()
                )
                check_offer(stage, operation.name, state, roles, answer)


def check_offer(
    stage: Stage, name: str, state: OfferState, roles: set[str], answer
) -> None:
    cell = (stage.name, name, state, answer.status, answer.text[:200])
    if stage.name == "nobody":
        assert answer.status == 401, cell
    elif not roles & OFFERS["read_offer"]:
        assert answer.status == 404, cell
    elif not roles & OFFERS[name]:
        assert answer.status == 403, cell
    else:
        assert answer.status == (
            200 if name == "read_offer" or state is OfferState.OFFERED else 409
        ), cell


def test_only_an_administrator_of_the_street_reads_what_is_sealed(
    stage: Stage,
):
    person_id = erased_helper(stage.world)
    answer = stage.phone.post(
        f"/v1/people/{person_id}/unseal", {"reason": "居民报失窃"}
    )
    if stage.name == "nobody":
        assert answer.status == 401
    elif stage.expect(SEALED["unseal"]):
        assert answer.status == 200
    else:
        assert answer.status in (403, 404)
        assert "赵志强" not in answer.text


def test_nobody_reads_a_run_of_another_place(stage: Stage):
    for place, who in (
        (GRID, {"worker"}),
        (BAIHUA, {"staff"}),
        (STREET, {"admin"}),
        (JINFENG, {"admin", "jinfeng"}),
    ):
        run = stage.world.services.matching.start_run(
            RequestContext(actor=stage.world.admin.as_actor()),
            place,
            WeightsEdit(),
            dry_run=True,
        ).run
        roles = ACTORS[stage.name] | (
            {"jinfeng"} if stage.name == "staff of jinfeng" else set()
        )
        answer = stage.phone.get(f"/v1/matching/runs/{run.id}")
        allowed = roles & who
        assert answer.status == (
            401 if stage.name == "nobody" else 200 if allowed else 404
        ), (stage.name, place, answer.text)


def test_nobody_takes_another_route_that_is_not_theirs(stage: Stage):
    ending = (
        "sign_out",
        "withdraw_consent",
        "erase_me",
    )  # these end one's own account; each is tried by a newcomer
    for operation in sorted(
        (op for op in api.operations if op.name in WHO),
        key=lambda op: op.name == "erase_me",
    ):
        caller = (
            Stage(stage.world, stage.name)
            if operation.name in ending
            else stage
        )
        target = stage.world.person("被查者", home=UNIT)
        query = QUERIES.get(operation.name, "").format(target=target.id)
        path = stage.path(operation, target) + query
        answer = caller.phone.call(
            operation.method, path, stage.body(operation, target)
        )
        cell = (stage.name, operation.name, answer.status, answer.text[:200])
        if stage.expect(WHO[operation.name]):
            assert answer.status not in DENIED, cell
        else:
            assert (
                answer.status == 401
                if stage.name == "nobody"
                else answer.status in (403, 404)
            ), cell
            assert target.name not in answer.text, cell


def test_only_staff_list_what_is_not_on_the_wall(stage: Stage):
    inside = stage.name in ("staff", "administrator")
    for state in (state.value for state in WishState):
        stage.wish(state)
        answer = stage.phone.get(f"/v1/wishes?place={BAIHUA}&state={state}")
        if inside or state in ("open", "claimed", "fulfilled"):
            assert answer.status == 200, (stage.name, state)
            assert ("魏秀英" in answer.text) == inside, (stage.name, state)
        else:
            assert answer.status == (401 if stage.name == "nobody" else 403), (
                stage.name,
                state,
            )


def test_a_street_of_its_own_is_closed_to_other_streets(world: World):
    world.services.places.found_street("qingfeng", "清风街道", "Asia/Shanghai")
    other = world.phone_of(
        world.services.person_admin.bootstrap_admin(
            "+8613700000001", "外街", "qingfeng"
        )
    )
    target = world.person("被查者", home=UNIT)
    assert other.get(f"/v1/people?place={STREET}").status in (403, 404)
    assert other.get(f"/v1/people/{target.id}").status == 404
    assert (
        other.put(
            f"/v1/people/{target.id}/roles",
            [{"role": "volunteer", "place": "qingfeng"}],
        ).status
        == 404
    )
    assert other.put(f"/v1/places/{BUILDING}", {"name": "x"}).status == 403
    assert other.get(f"/v1/admin/queue?place={BAIHUA}").status in (403, 404)
    assert other.get(f"/v1/messages?person={target.id}").status == 404
    assert (
        other.post(f"/v1/messages/{a_visit(world, target.id)}/visited").status
        == 404
    )
    assert (
        other.post(f"/v1/admin/jobs/{a_parked_job(world)}/redrive").status
        == 404
    )
    wish_id = world.open_wish()
    assert (
        other.get(f"/v1/wishes/{wish_id}/matching").status == 403
    )  # the wish is on the wall
    assert (
        other.get(
            f"/v1/offers/{world.offer(wish_id, world.volunteer())}"
        ).status
        == 404
    )
    assert other.post("/v1/matching/runs", {"place": BAIHUA}).status == 404
    assert (
        other.put(
            f"/v1/policies/matching?place={BAIHUA}", {"weights": {}}
        ).status
        == 404
    )
    assert (
        other.put(f"/v1/policies/tickets?place={BAIHUA}", {}).status == 403
    )  # everybody may read a street's limits
    assert (
        other.get(f"/v1/policies/tickets?place={BAIHUA}").json["rules"] is None
    )
    assert (
        other.post(
            "/v1/policies/tickets/replay", {"place": BAIHUA, "policy": {}}
        ).status
        == 403
    )
    assert (
        other.get(
            f"/v1/admin/tickets/rates?place={BAIHUA}&from=2026-11-01&to=2026-11-02"
        ).status
        == 404
    )
    assert (
        other.get(f"/v1/admin/tickets/hot-spots?place={BAIHUA}").status == 404
    )
