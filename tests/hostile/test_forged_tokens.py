"""A token is accepted only if it is exactly an issued one: key, person, time and purpose."""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import jwt
import pytest

from chalicelib.kernel.access import Actor, Role
from chalicelib.kernel.codes import derive_key

from ..world import BAIHUA, CHALLENGES, GRID, Phone, World, token_parts
from .evidence import assert_problem, unchanged
from .good import submitted

WALL = f"/v1/wishes?place={BAIHUA}"
PRIVATE, PUBLIC = "/v1/me", (WALL, "/healthz", "/", "/openapi.json")


def b64(thing: Any) -> str:
    """Encode a part of a token."""
    raw = thing if isinstance(thing, bytes) else json.dumps(thing).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


class Forger:
    """Somebody who has seen one good token, and in most tests also knows the signing key."""

    def __init__(self, world: World, phone: Phone) -> None:
        assert phone.token
        self.token = phone.token
        self.header, self.claims = token_parts(phone.token)
        self.key = derive_key(
            world.settings.secrets.token_keys["k1"], "access-token"
        )

    def sign(
        self,
        header: dict[str, Any] | None = None,
        key: Any = None,
        algorithm: str = "HS256",
        **claims: Any,
    ) -> str:
        """Sign with the true key by default; a claim of None is left out."""
        kept = {
            name: value
            for name, value in (self.claims | claims).items()
            if value is not None
        }
        kept_header = {
            name: value
            for name, value in (self.header | (header or {})).items()
            if name != "alg"
        }
        return jwt.encode(
            kept, self.key if key is None else key, algorithm, kept_header
        )

    def raw(self, header: Any, claims: Any, signature: str = "") -> str:
        """Put a token together without any library."""
        return f"{b64(header)}.{b64(claims)}.{signature}"


@pytest.fixture
def forger(town: World) -> Forger:
    """Somebody with a good token of the street's administrator."""
    return Forger(town, town.phone_of(town.admin))


def refused(world: World, token: str, scheme: str = "Bearer ") -> None:
    """Check that a token opens nothing, not even what is open to everybody."""
    phone = Phone()
    with unchanged(world):
        for path in (PRIVATE, *PUBLIC):
            answer = phone.get(path, authorization=f"{scheme}{token}")
            assert_problem(answer, 401, about=(path, token[:60]))
            assert answer.headers["www-authenticate"].startswith("Bearer")
        assert_problem(
            phone.post(
                "/v1/auth/codes",
                {"phone": "13900000099"},
                authorization=f"{scheme}{token}",
            ),
            401,
        )
        assert_problem(
            phone.post(
                "/v1/wishes",
                world.wish_body(),
                authorization=f"{scheme}{token}",
            ),
            401,
        )
        assert_problem(
            phone.delete("/v1/me", authorization=f"{scheme}{token}"), 401
        )


def test_what_the_forger_signs_unchanged_is_believed(forger: Forger):
    assert (
        Phone(token=forger.sign()).get(PRIVATE).status == 200
    )  # or no test below would prove anything


@pytest.mark.parametrize("alg", ["none", None, ["HS256"]])
def test_a_token_that_nobody_signed_is_refused(
    town: World, forger: Forger, alg: Any
):
    header = forger.header | {"alg": alg}
    for signature in ("", "AA", forger.token.split(".")[2]):
        refused(town, forger.raw(header, forger.claims, signature))
    refused(town, f"{b64(header)}.{b64(forger.claims)}")


def test_another_algorithm_is_refused_even_with_the_right_key(
    town: World, forger: Forger
):
    refused(town, forger.sign(key=forger.key * 2, algorithm="HS512"))


def test_a_public_key_that_comes_along_is_not_used(town: World, forger: Forger):
    mine = b"m" * 32
    jwk = {"kty": "oct", "k": b64(mine), "alg": "HS256", "kid": "k1"}
    refused(town, forger.sign({"jwk": jwk}, key=mine))


def test_another_key_is_refused(town: World, forger: Forger):
    for key in (
        b"x" * 32,
        town.settings.secrets.token_keys["k1"],
        derive_key(town.settings.secrets.token_keys["k1"], "cursor"),
        b"\0" * 32,
    ):
        refused(town, forger.sign(key=key))


@pytest.mark.parametrize(
    "kid",
    ["k2", "", "K1", "k1 ", "k" * 5000, "__class__"],
)
def test_an_unknown_key_id_is_refused(town: World, forger: Forger, kid: str):
    refused(town, forger.sign({"kid": kid}))
    refused(town, forger.sign({"kid": kid}, key=b"\0" * 32))


def test_a_key_id_that_is_no_text_is_refused(town: World, forger: Forger):
    for kid in (None, 1, True, ["k1"], {"k1": 1}, 1.5):
        refused(
            town,
            forger.raw(
                forger.header | {"kid": kid},
                forger.claims,
                forger.token.split(".")[2],
            ),
        )
    without = {
        name: value for name, value in forger.header.items() if name != "kid"
    }
    refused(
        town, forger.raw(without, forger.claims, forger.token.split(".")[2])
    )


@pytest.mark.parametrize(
    "typ",
    [
        "JWT",
        "jwt",
        "",
        "at+JWT ",
        "refresh+jwt",
        "application/at+jwt",
        "missing",
    ],
)
def test_a_token_of_another_type_is_refused(
    town: World, forger: Forger, typ: str
):
    header = {"alg": "HS256", "kid": "k1"} | (
        {} if typ == "missing" else {"typ": typ}
    )
    signing = f"{b64(header)}.{b64(forger.claims)}"
    signature = b64(
        jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(
            signing.encode(), forger.key
        )
    )
    refused(town, f"{signing}.{signature}")


@pytest.mark.parametrize(
    "claim", ["exp", "iat", "iss", "aud", "sub", "tv", "sid", "roles"]
)
def test_a_token_without_one_of_its_claims_is_refused(
    town: World, forger: Forger, claim: str
):
    refused(town, forger.sign(**{claim: None}))


WRONG: dict[str, list[Any]] = {
    "aud": ["chunhui", {"chunhui-api": 1}],
    "iss": ["chunhui-api", ["chunhui"]],
    "sub": ["", "per_" + "a" * 24, "system", 1, ["x"], {}, "../x", "per_\x00"],
    "exp": [0, -1, "never", [], {}, "", "1e9"],
    "tv": [99, -1, "x", [], {}],
    "roles": [
        1,
        [1],
        [None],
        ["king@chunhui"],
        [["street_admin@chunhui"]],
        {"a": 1},
    ],
}


@pytest.mark.parametrize("claim", WRONG)
def test_a_token_with_a_claim_that_makes_no_sense_is_refused(
    town: World, forger: Forger, claim: str
):
    for value in WRONG[claim]:
        assert_problem(
            Phone(token=_signed(forger, claim, value)).get(PRIVATE),
            401,
            about=(claim, value),
        )


def _signed(forger: Forger, claim: str, value: Any) -> str:
    """Sign a claim that the library would not even encode."""
    signing = f"{b64(forger.header)}.{b64(forger.claims | {claim: value})}"
    sign = jwt.algorithms.HMACAlgorithm(
        jwt.algorithms.HMACAlgorithm.SHA256
    ).sign
    return f"{signing}.{b64(sign(signing.encode(), forger.key))}"


def test_a_payload_that_is_no_object_is_refused(town: World, forger: Forger):
    sign = jwt.algorithms.HMACAlgorithm(
        jwt.algorithms.HMACAlgorithm.SHA256
    ).sign
    for payload in (
        b"[]",
        b"1",
        b"",
        b"[" * 50_000,
        b"\xff",
        b"9" * 5000,
        b'{"exp": NaN}',
    ):
        signing = f"{b64(forger.header)}.{b64(payload)}"
        refused(town, f"{signing}.{b64(sign(signing.encode(), forger.key))}")


@pytest.mark.parametrize("depth", [990, 75_000])
def test_a_header_of_brackets_crashes_nothing(town: World, depth: int):
    for header in (
        b"[" * depth,
        b'{"kid":' + b"[" * depth + b"]" * depth + b"}",
        b'{"a":' * depth + b"1" + b"}" * depth,
    ):
        refused(town, f"{b64(header)}.{b64({})}.AA")


def test_garbage_is_refused(town: World, forger: Forger):
    token = forger.token
    cut = [token[:n] for n in (1, 10, len(token) // 2, len(token) - 1)] + [
        token[1:],
        token.replace(".", ""),
        token + ".",
    ]
    junk = [
        "",
        " ",
        ".",
        "..",
        "...",
        "a.b.c",
        "null",
        "undefined",
        "Bearer",
        "\x00",
        "春晖",
        "a" * 100_000,
        "." * 100_000,
    ]
    more = [
        token + token,
        f"{token}.{token}",
        f"{token}, Bearer {token}",
        token.swapcase(),
        f'"{token}"',
        "\udc80",
    ]
    for wrong in [*cut, *junk, *more]:
        refused(town, wrong)


@pytest.mark.parametrize(
    "scheme",
    [
        "Basic ",
        "Token ",
        "JWT ",
        "Digest ",
        "",
        "Bearer: ",
        "Bear er ",
        "NegotiateBearer ",
        "\x00",
    ],
)
def test_another_scheme_is_refused(town: World, forger: Forger, scheme: str):
    refused(town, forger.token, scheme)


def test_the_scheme_may_be_written_in_any_case(forger: Forger):
    assert (
        Phone().get(PRIVATE, authorization=f"bEARER {forger.token}").status
        == 200
    )


def test_a_token_in_the_query_or_a_cookie_is_not_looked_at(forger: Forger):
    assert_problem(Phone().get(f"{PRIVATE}?access_token={forger.token}"), 401)
    assert_problem(
        Phone().get(PRIVATE, cookie=f"access_token={forger.token}"), 401
    )
    assert_problem(
        Phone().get(
            PRIVATE, x_forwarded_authorization=f"Bearer {forger.token}"
        ),
        401,
    )


def test_roles_that_a_token_claims_are_not_believed_when_something_is_changed(
    town: World, forger: Forger
):
    """Even with the key: what somebody may do is read again from the store before anything is
    written.
    """
    wish_id, resident = submitted(town)
    person = town.services.people.find(resident.me["id"])
    assert person
    token = forger.sign(
        sub=person.id,
        tv=person.token_version,
        sid="ses_x",
        roles=["street_admin@chunhui"],
    )
    with unchanged(town):
        assert Phone(token=token).post(
            f"/v1/wishes/{wish_id}/approve"
        ).status in (
            403,
            404,
        )
        assert Phone(token=token).get(f"/v1/people?place={BAIHUA}").status in (
            403,
            404,
        )
        assert Phone(token=token).get(
            f"/v1/wishes?place={BAIHUA}&state=submitted"
        ).status in (403, 404)
        assert Phone(token=token).get(
            f"/v1/admin/queue?place={BAIHUA}"
        ).status in (
            403,
            404,
        )


def test_a_token_of_nobody_is_refused_on_every_private_list(town: World):
    token = town.services.tokens.issue(Actor(id="per_" + "a" * 24))[0]
    for path in (
        "/v1/me",
        "/v1/me/wishes",
        "/v1/me/claims",
        "/v1/me/filed",
        "/v1/me/hours",
        "/v1/me/consents",
        "/v1/me/data",
    ):
        assert_problem(Phone(token=token).get(path), 401)


# time


def test_an_access_token_lives_half_an_hour_and_not_a_second_more(world: World):
    phone = world.resident()
    world.pass_time(minutes=29, seconds=59)
    assert phone.get(PRIVATE).status == 200
    world.pass_time(seconds=1)
    refused(world, str(phone.token))


def test_a_token_of_the_future_is_good_for_no_longer_than_it_says(world: World):
    phone = world.resident()
    forger = Forger(world, phone)
    now = int(world.clock.now().timestamp())
    assert_problem(Phone(token=forger.sign(exp=now)).get(PRIVATE), 401)
    assert_problem(
        Phone(token=forger.sign(exp=now - 1, iat=now + 999)).get(PRIVATE), 401
    )


def test_a_retired_key_still_verifies_and_a_removed_one_does_not(world: World):
    old = world.resident()
    keys = {
        "k2": b"second-token-key-0123456789-0123456789",
        **world.settings.secrets.token_keys,
    }
    rotated = type(world.services.tokens)(lambda: keys, world.clock)
    assert rotated.read(str(old.token)).id == old.me["id"]
    assert token_parts(rotated.issue(Actor(id="x"))[0])[0]["kid"] == "k2"
    removed = type(world.services.tokens)(
        lambda: {"k2": keys["k2"]}, world.clock
    )
    with pytest.raises(Exception, match=r"auth\.token_invalid"):
        removed.read(str(old.token))


# refresh tokens


def signed_in(world: World) -> Phone:
    """Return somebody who has just signed in."""
    return world.sign_in(
        f"+86137{next(world.numbers) + 30_000_000:08}",
        consent="2026-11",
        name="王秀英",
    )


def refresh(token: str | None) -> Any:
    """Exchange a refresh token."""
    return Phone().post("/v1/auth/tokens", {"refresh_token": token})


def test_a_refresh_token_opens_no_door(world: World):
    refused(world, str(signed_in(world).refresh))


def test_an_access_token_refreshes_nothing(world: World):
    phone = signed_in(world)
    for token in (
        phone.token[:200] if phone.token else "",
        "rt.x.1.y",
        "rt...",
        "rt.ses_x.99999999999.a",
        "",
        "\u00e9" * 9,
    ):
        assert_problem(refresh(token), 401, 422)
    assert_problem(refresh("x" * 201), 422)


def test_a_refresh_token_with_any_letter_changed_is_refused(world: World):
    token = str(signed_in(world).refresh)
    with unchanged(world):
        for n in range(len(token)):
            changed = (
                token[:n] + ("a" if token[n] != "a" else "b") + token[n + 1 :]
            )
            assert_problem(refresh(changed), 401, about=changed)
        rt, session, generation, mac = token.split(".")
        for other in ("01", "１", "2", "0", "-1", "1 ", "²"):
            assert_problem(refresh(f"{rt}.{session}.{other}.{mac}"), 401)
        assert generation == "1"
    assert refresh(token).status == 201


def test_a_lost_answer_is_repeated_for_a_minute_with_the_same_successor(
    world: World,
):
    phone = signed_in(world)
    first = refresh(phone.refresh).json
    world.pass_time(seconds=60)
    again = refresh(phone.refresh)
    assert again.status == 201
    assert (
        again.json["refresh_token"] == first["refresh_token"] != phone.refresh
    )
    assert Phone(token=first["access_token"]).get(PRIVATE).status == 200


def test_a_spent_token_after_ten_minutes_ends_the_whole_family(world: World):
    phone = signed_in(world)
    first = refresh(phone.refresh).json
    world.pass_time(minutes=10, seconds=1)
    assert_problem(refresh(phone.refresh), 401)
    assert_problem(refresh(first["refresh_token"]), 401)
    for token in (phone.token, first["access_token"]):
        assert_problem(Phone(token=token).get(PRIVATE), 401)
        assert_problem(
            Phone(token=token).post("/v1/wishes", world.wish_body()), 401
        )


def test_a_spent_token_whose_successor_was_used_ends_the_family_at_once(
    world: World,
):
    phone = signed_in(world)
    first = refresh(phone.refresh).json
    second = refresh(first["refresh_token"]).json
    assert_problem(refresh(phone.refresh), 401)
    for token in (phone.token, first["access_token"], second["access_token"]):
        assert_problem(Phone(token=token).get(PRIVATE), 401)
    for token in (first["refresh_token"], second["refresh_token"]):
        assert_problem(refresh(token), 401)


def test_the_end_of_one_family_leaves_the_same_persons_other_phone_signed_in(
    world: World,
):
    phone = signed_in(world)
    world.pass_time(seconds=61)
    other = world.sign_in(phone.me["phone"])
    refresh(phone.refresh)
    world.pass_time(minutes=10, seconds=1)
    assert_problem(refresh(phone.refresh), 401)
    assert_problem(phone.get(PRIVATE), 401)
    assert other.get(PRIVATE).status == 200
    assert refresh(other.refresh).status == 201


def test_two_apps_refresh_at_once_and_both_go_on(world: World):
    """One after the other as the store sees them; real threads race in the fault tests."""
    phone = signed_in(world)
    answers = [refresh(phone.refresh) for _ in range(5)]
    assert {answer.status for answer in answers} == {201}
    assert len({answer.json["refresh_token"] for answer in answers}) == 1
    assert refresh(answers[0].json["refresh_token"]).status == 201


def test_a_family_that_nobody_refreshes_ends_after_half_a_year(world: World):
    phone = signed_in(world)
    world.clock.advance(timedelta(days=179, hours=23))
    second = refresh(phone.refresh)
    assert second.status == 201
    world.clock.advance(timedelta(days=180))
    assert_problem(refresh(second.json["refresh_token"]), 401)


def test_a_sign_out_ends_the_access_token_at_once(world: World):
    phone = signed_in(world)
    first = refresh(phone.refresh).json
    assert (
        Phone(token=first["access_token"]).delete("/v1/auth/tokens").status
        == 204
    )
    for token in (phone.token, first["access_token"]):
        assert_problem(Phone(token=token).get(PRIVATE), 401)
        assert_problem(
            Phone(token=token).post("/v1/wishes", world.wish_body()), 401
        )
        assert_problem(Phone(token=token).delete("/v1/auth/tokens"), 401)
    assert_problem(refresh(first["refresh_token"]), 401)
    assert_problem(refresh(phone.refresh), 401)


def test_many_sign_outs_are_all_remembered_while_their_tokens_live(
    world: World,
):
    number = signed_in(world).me["phone"]
    over = []
    for _ in range(8):
        world.pass_time(seconds=61)
        phone = world.sign_in(number)
        assert phone.delete("/v1/auth/tokens").status == 204
        over.append(phone)
    for phone in over:
        assert_problem(phone.get(PRIVATE), 401)


def test_a_withdrawn_consent_and_an_erasure_end_every_token(world: World):
    for erases in (False, True):
        phone = signed_in(world)
        if erases:
            world.clock.advance(timedelta(seconds=61))  # one code a minute
            answer = world.erase(phone)
        else:
            answer = phone.delete("/v1/me/consents/terms")
        assert answer.status in (202, 204)
        assert_problem(phone.get(PRIVATE), 401)
        assert_problem(refresh(phone.refresh), 401)


# block and demotion


def staff_and_their_writes(
    world: World,
) -> Iterator[tuple[Phone, Callable[[], Any]]]:
    """Yield people with something that they may do just now."""
    staff = world.staff()
    wish_id, _ = submitted(world)
    yield staff, lambda: staff.post(f"/v1/wishes/{wish_id}/approve")
    worker = world.staff(GRID, Role.GRID_WORKER)
    other_id, _ = submitted(world)
    yield (
        worker,
        lambda: worker.post(
            f"/v1/wishes/{other_id}/reject", {"reason": "重复"}
        ),
    )
    helper = world.volunteer()
    open_id = world.open_wish()
    yield helper, lambda: helper.post(f"/v1/wishes/{open_id}/claim")
    resident = world.resident()
    yield resident, lambda: resident.post("/v1/wishes", world.wish_body())


def test_a_block_counts_from_the_next_request(world: World):
    boss = world.phone_of(world.admin)
    for phone, act in staff_and_their_writes(world):
        assert (
            boss.put(
                f"/v1/people/{phone.me['id']}/blocked",
                {"blocked": True, "reason": "停用"},
            ).status
            == 200
        )
        with unchanged(world):
            assert_problem(act(), 401, 403)
            assert_problem(phone.get(PRIVATE), 401, 403)


def test_a_demotion_counts_from_the_next_write(world: World):
    boss = world.phone_of(world.admin)
    for phone, act in list(staff_and_their_writes(world))[:2]:
        assert boss.put(f"/v1/people/{phone.me['id']}/roles", []).status == 200
        with unchanged(world):
            assert act().status in (403, 404)


def test_without_block_or_demotion_all_of_it_would_have_worked(world: World):
    for _, act in staff_and_their_writes(world):
        assert act().status in (200, 201)


def test_a_block_that_is_lifted_does_not_revive_old_tokens(world: World):
    phone, boss = signed_in(world), world.phone_of(world.admin)
    phone.patch("/v1/me", {"home": BAIHUA})
    for blocked in (True, False):
        body = {"blocked": blocked, "reason": "核实"}
        assert (
            boss.put(f"/v1/people/{phone.me['id']}/blocked", body).status == 200
        )
    assert_problem(phone.get(PRIVATE), 401)
    assert_problem(refresh(phone.refresh), 401)


def test_a_blocked_person_cannot_sign_in_again(world: World):
    phone, boss = signed_in(world), world.phone_of(world.admin)
    phone.patch("/v1/me", {"home": BAIHUA})
    boss.put(
        f"/v1/people/{phone.me['id']}/blocked",
        {"blocked": True, "reason": "停用"},
    )
    world.pass_time(seconds=61)
    number = phone.me["phone"]
    assert (
        Phone().post("/v1/auth/codes", {"phone": number}).status == 202
    )  # the same answer as for anybody
    body = {
        "phone": number,
        "code": world.code_in_sms(number),
        "challenge": CHALLENGES[number],
    }
    assert_problem(Phone().post("/v1/auth/tokens", body), 403)
