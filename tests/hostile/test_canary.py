"""No personal data is ever in a log line or in the answer to an error."""

import io
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from chalicelib.adapters.queue import write_entry
from chalicelib.runtime import log
from chalicelib.signin.sign_in_codes import CodeSent, SignInCodes
from chalicelib.wishes.submitter import WishSubmitter

from ..storage import intercepted
from ..world import BAIHUA, CHALLENGES, STREET, UNIT, Answer, Phone, World
from .evidence import assert_problem

NAMES = ["诸葛金丝雀", "司马画眉", "欧阳百灵鸟"]
ADDRESS, OTHER_ADDRESS = "鸟鸣巷777号9栋3单元", "莺歌里888弄6号"
MAIL = "canary.bird@nest.example"
STORY, NOTE, THANKS, REASON = (
    "金丝雀的笼子坏了",
    "放在鸟窝旁边",
    "谢谢鸟儿们",
    "笼子没有送到鸟窝",
)
ALIAS, TITLE, WITNESS, VETTING = (
    "小鸟依人",
    "鸟笼一只",
    "百舌见证人",
    "面谈鸟类知识",
)
HOUSEHOLD = "canary-household"
LIBRARIES = (
    "botocore",
    "boto3",
    "urllib3",
    "moto",
    "pynamodb",
    "asyncio",
    "hypothesis",
)


@dataclass
class Ears:
    """Every log record of every logger, and every answer."""

    lines: io.StringIO
    answers: list[Answer] = field(default_factory=list)
    canaries: set[str] = field(default_factory=set)

    def hear(self, answer: Answer) -> Answer:
        """Remember an answer."""
        self.answers.append(answer)
        return answer

    def errors(self) -> list[str]:
        """Return the bodies of all refusals."""
        return [answer.text for answer in self.answers if answer.status >= 400]

    def sung(self, text: str) -> list[str]:
        """Return the canaries that a text holds, also as JSON or a URL would write them."""
        read = text + re.sub(
            r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text
        )
        return sorted(canary for canary in self.canaries if canary in read)


@pytest.fixture
def ears(caplog: pytest.LogCaptureFixture) -> Iterator[Ears]:
    """Listen to our logger as it writes JSON, and to all loggers at their most talkative."""
    lines = io.StringIO()
    formatted, plain = (
        logging.StreamHandler(lines),
        logging.StreamHandler(lines),
    )
    formatted.setFormatter(log.registered_formatter)
    root, ours = logging.getLogger(), logging.getLogger("chunhui")
    root.addHandler(plain)
    ours.addHandler(formatted)
    # The deployment never turns on the debug output of libraries.
    for library in LIBRARIES:
        caplog.set_level(logging.WARNING, logger=library)
    caplog.set_level(logging.DEBUG, logger="chunhui")
    caplog.set_level(logging.DEBUG)
    yield Ears(lines)
    root.removeHandler(plain)
    ours.removeHandler(formatted)


class Listening(Phone):
    """A phone whose every answer is heard."""

    ears: Ears

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        raw: bytes | None = None,
        **headers: str,
    ) -> Answer:
        return self.ears.hear(super().call(method, path, body, raw, **headers))


class Life:
    """One neighbourhood whose every secret is a canary, from sign-in to erasure."""

    def __init__(self, world: World, ears: Ears) -> None:
        self.world, self.ears = world, ears
        self.admin = self._heard(world.phone_of(world.admin))
        self.numbers = [f"+8613955577{n:03}" for n in (711, 722, 733)]
        ears.canaries |= {
            *NAMES,
            ADDRESS,
            OTHER_ADDRESS,
            MAIL,
            STORY,
            NOTE,
            THANKS,
            REASON,
            ALIAS,
            TITLE,
            WITNESS,
            VETTING,
        }
        ears.canaries |= {
            number.removeprefix("+86") for number in self.numbers
        } | {HOUSEHOLD}

    def _heard(self, phone: Phone) -> Phone:
        phone.__class__ = Listening
        phone.ears = self.ears  # type: ignore[attr-defined]
        return phone

    def _nobody(self) -> Phone:
        return self._heard(Phone())

    def secret(self, text: str) -> str:
        """Remember a code or token as a canary; a short code only where no digits surround it."""
        self.ears.canaries.add(text)
        return text

    def sign_in(self, number: str, name: str) -> Phone:
        """Sign in with every mistake that there is."""
        phone, path = self._nobody(), "/v1/auth/tokens"
        body = {"phone": number, "name": name}
        assert phone.post("/v1/auth/codes", {"phone": number}).status == 202
        assert_problem(phone.post("/v1/auth/codes", {"phone": number}), 429)
        body["challenge"] = CHALLENGES[number]
        code = self.secret(self.world.code_in_sms(number))
        wrong = self.secret(f"{(int(code) + 7) % 10**6:06}")
        assert_problem(
            phone.post(
                path,
                body | {"code": wrong, "consent": {"text_version": "2026-11"}},
            ),
            422,
        )
        assert_problem(phone.post(path, body | {"code": code}), 422)
        assert_problem(phone.post(path, body | {"code": f"{code}9"}), 422)
        assert_problem(
            phone.post(path, body | {"code": [code], "zzz": number}), 422
        )
        assert_problem(
            phone.post(
                path, body | {"code": code, "refresh_token": "rt.x.1.y"}
            ),
            422,
        )
        assert_problem(
            phone.post("/v1/auth/codes", {"phone": f"{number}99"}), 422
        )
        good = phone.post(
            path, body | {"code": code, "consent": {"text_version": "2026-11"}}
        )
        assert good.status == 201, good.text
        assert_problem(
            phone.post(
                path,
                body | {"code": code, "consent": {"text_version": "2026-11"}},
            ),
            422,
        )
        phone.token, phone.refresh = (
            self.secret(good.json["access_token"]),
            self.secret(good.json["refresh_token"]),
        )
        phone.me = good.json["person"]
        return phone

    def settle_in(self, phone: Phone, address: str) -> None:
        """Give an address, prove a mailbox, and get both wrong first."""
        assert_problem(
            phone.patch(
                "/v1/me", {"home": "chunhui.nowhere", "address": address}
            ),
            422,
        )
        assert_problem(phone.patch("/v1/me", {"address": address * 20}), 422)
        assert_problem(
            phone.patch("/v1/me", {"channels": {"email_address": MAIL}}), 422
        )
        assert (
            phone.patch("/v1/me", {"home": UNIT, "address": address}).status
            == 200
        )
        assert_problem(phone.post("/v1/me/email", {"address": f"{MAIL} "}), 422)
        assert phone.post("/v1/me/email", {"address": MAIL}).status == 202
        code = self.secret(
            str(re.findall(r"\d{6}", self.world.mailbox.read(MAIL)[0].text)[0])
        )
        assert_problem(
            phone.post(
                "/v1/me/email/verify", {"code": f"{(int(code) + 3) % 10**6:06}"}
            ),
            422,
        )
        assert phone.post("/v1/me/email/verify", {"code": code}).status == 200

    def run(self) -> None:
        """Live it all."""
        resident, helper = (
            self.sign_in(self.numbers[0], NAMES[0]),
            self.sign_in(self.numbers[1], NAMES[1]),
        )
        for phone, address in ((resident, ADDRESS), (helper, OTHER_ADDRESS)):
            self.settle_in(phone, address)
            self.world.pass_time(seconds=90)
        self.world.vet(helper.me["id"])
        assert (
            helper.put(
                "/v1/me/volunteer", {"places": [BAIHUA], "skills": [NOTE]}
            ).status
            == 200
        )
        self.world.vet(helper.me["id"])
        staff = self._heard(self.world.staff())
        self._register(staff)
        wish = self._wish(resident, staff)
        self._deliver(wish, resident, helper, staff)
        self._look(resident, staff)
        for token in (resident.refresh, resident.token):
            self._heard(Phone(token=token)).get("/v1/me")
            self._nobody().post(
                "/v1/auth/tokens", {"refresh_token": str(token)[:200]}
            )
        for phone in (resident, helper):
            assert self.world.erase(phone).status == 202
            assert_problem(phone.get("/v1/me"), 401)
        self.world.pass_time(days=40)

    def _register(self, staff: Phone) -> None:
        consent = {"how": "written", "witness": WITNESS}
        body = {
            "name": NAMES[2],
            "phone": self.numbers[2],
            "home": UNIT,
            "address": ADDRESS,
            "household": HOUSEHOLD,
        }
        assert_problem(staff.post("/v1/people", body), 422)
        made = staff.post("/v1/people", body | {"consent": consent})
        assert made.status == 201, made.text
        assert_problem(
            staff.post("/v1/people", body | {"consent": consent}), 409
        )
        person = f"/v1/people/{made.json['id']}"
        assert_problem(staff.patch(person, {"phone": self.numbers[1]}), 409)
        assert_problem(
            staff.put(
                f"{person}/roles", [{"role": "street_admin", "place": STREET}]
            ),
            403,
        )
        assert (
            staff.put(
                f"{person}/vetting",
                {"level": "basic", "how": "vouched", "note": VETTING},
            ).status
            == 200
        )
        assert (
            staff.get(
                f"/v1/people?place={BAIHUA}&q={self.numbers[2].replace('+', '%2B')}"
            ).status
            == 200
        )
        assert (
            staff.get(
                f"/v1/people?place={BAIHUA}&q=%E8%AF%B8%E8%91%9B%E9%87%91%E4%B8%9D%E9%9B%80"
            ).status
            == 200
        )
        assert_problem(
            staff.get(f"/v1/people?place={BAIHUA}&q={NAMES[0]}&q={ADDRESS}"),
            422,
        )
        assert_problem(staff.get(f"/v1/people/{self.numbers[2]}"), 404)

    def _wish(self, resident: Phone, staff: Phone) -> str:
        body = self.world.wish_body(title=TITLE, story=STORY, alias=ALIAS)
        for wrong in (
            {"title": TITLE * 30},
            {"story": STORY + "\x00"},
            {"kind": STORY},
            {"place": ADDRESS},
            {"zzz": STORY},
        ):
            assert_problem(resident.post("/v1/wishes", body | wrong), 422)
        assert_problem(
            resident.post("/v1/wishes", raw=json.dumps(body).encode()[:-9]), 400
        )
        assert_problem(
            resident.post("/v1/wishes", body, idempotency_key=NAMES[0]), 422
        )
        filed = resident.post("/v1/wishes", body)
        assert_problem(
            resident.post(
                "/v1/wishes", body | {"on_behalf_of": self.admin.me["id"]}
            ),
            403,
            422,
        )
        wish = f"/v1/wishes/{filed.json['id']}"
        assert_problem(resident.post(f"{wish}/approve"), 403)
        assert_problem(self._nobody().get(wish), 404)
        assert staff.post(f"{wish}/approve").status == 200
        assert_problem(staff.post(f"{wish}/approve"), 409)
        return wish

    def _deliver(
        self, wish: str, resident: Phone, helper: Phone, staff: Phone
    ) -> None:
        for _ in range(2):
            assert helper.post(f"{wish}/claim").status == 200
            code = self.world.delivery_code(resident.me["phone"])
            self.secret(
                f'"{code}"'
            )  # four digits are in many places; as a value of their own they would be the code
            assert_problem(
                helper.post(
                    f"{wish}/deliver",
                    {"code": f"{(int(code) + 1) % 10**4:04}", "note": NOTE},
                ),
                422,
            )
            assert_problem(
                self._heard(self.world.volunteer()).post(f"{wish}/claim"), 409
            )
            assert_problem(
                helper.post(f"{wish}/release", {"reason": NOTE * 50}), 422
            )
            if _ == 0:
                assert (
                    helper.post(f"{wish}/release", {"reason": NOTE}).status
                    == 200
                )
        assert helper.post(f"{wish}/deliver", {"note": NOTE}).status == 200
        assert (
            resident.post(f"{wish}/dispute", {"reason": REASON}).status == 200
        )
        assert staff.post(f"{wish}/reopen", {"reason": REASON}).status == 200
        assert helper.post(f"{wish}/claim").status == 200
        body = {
            "note": NOTE,
            "code": self.world.delivery_code(resident.me["phone"]),
        }
        assert helper.post(f"{wish}/deliver", body).status == 200
        assert (
            resident.post(
                f"{wish}/confirm", {"rating": 5, "thanks": THANKS}
            ).status
            == 200
        )
        assert_problem(
            resident.post(f"{wish}/dispute", {"reason": REASON}), 409
        )
        assert_problem(
            resident.post(f"{wish}/edit", {"title": TITLE, "story": STORY}), 409
        )

    def _look(self, resident: Phone, staff: Phone) -> None:
        person = f"/v1/people/{resident.me['id']}"
        assert_problem(staff.post(f"{person}/reveal", {"reason": ""}), 422)
        shown = staff.post(f"{person}/reveal", {"reason": REASON})
        assert shown.json["phone"] == resident.me["phone"]
        assert_problem(
            resident.post(f"{person}/reveal", {"reason": REASON}), 403
        )
        assert resident.get("/v1/me/data").status == 200
        assert_problem(
            staff.put(
                f"{person}/blocked",
                {"blocked": True, "reason": REASON, "note": NOTE},
            ),
            422,
        )


def test_a_whole_life_leaves_no_canary_in_any_log_line_or_error(
    world: World,
    ears: Ears,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
):
    Life(world, ears).run()
    printed = capsys.readouterr()
    logged = ears.lines.getvalue() + caplog.text + printed.out + printed.err
    assert ears.lines.getvalue().count('"operation":') > 80
    assert len(ears.errors()) > 30
    assert len(ears.canaries) > 20
    assert not ears.sung(logged)
    for body in ears.errors():
        assert not ears.sung(body), body
    spoken = "".join(
        answer.text for answer in ears.answers if answer.status < 400
    )
    assert {*NAMES, ADDRESS, TITLE, STORY, NOTE} <= set(ears.sung(spoken)) | {
        NAMES[2]
    }  # sent to people who may know


def test_a_whole_life_leaves_no_canary_in_jobs_queues_or_message_log(
    world: World, ears: Ears
):
    """Jobs, queue messages, attempts, receipts, counters and measures: ids, keyed hashes and
    instants, nothing else. An attempt has its text, for its person (docs/decisions/0046).
    """
    kept: list[str] = []
    queue, enqueue = (
        world.services.outbox._queue,
        world.services.outbox._queue.enqueue,
    )

    def listen(entries: Any) -> set[str]:
        kept.extend(write_entry(due) for due in entries)
        return enqueue(entries)

    def around(call: Any, name: str, kwargs: dict[str, Any]) -> Any:
        kept.extend(
            text
            for table, text in _written(kwargs)
            if table in ("due", "messages", "fanouts", "counters", "receipts")
        )
        return call()

    queue.enqueue = listen  # type: ignore[method-assign]
    with intercepted(around):
        Life(world, ears).run()
        world.pass_time(days=20)
    assert {"wish.claimed", "code.sign_in", "sent", "timer.wish"} <= {
        word for word in _WORDS if any(word in t for t in kept)
    }
    assert len(kept) > 200
    assert not [text for text in kept if ears.sung(text)]
    assert not ears.sung(
        str(world.services.metrics.counts)
        + str(dict(world.services.metrics.values))
    )


_WORDS = ("wish.claimed", "code.sign_in", "sent", "timer.wish")


def _written(kwargs: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the table and the text of every item that a call writes; when it may be forgotten is
    only a number.
    """
    puts = [
        part
        for item in kwargs.get("TransactItems", [])
        for part in item.values()
    ] + [kwargs]
    for put in puts:
        item = {
            **put.get("Item", {}),
            **put.get("Key", {}),
            **put.get("ExpressionAttributeValues", {}),
        }
        item.pop("ttl", None)
        if item:
            table = str(put["TableName"]).partition("-")[2]
            if table == "messages":
                item.pop("text", None)
            yield table, json.dumps(item, ensure_ascii=False)


def test_a_crash_in_the_middle_tells_where_and_not_what(
    world: World, ears: Ears, monkeypatch: pytest.MonkeyPatch
):
    """The text of an error may hold anything; only its kind and place are logged."""
    ears.canaries |= {NAMES[0], ADDRESS}
    resident = world.resident(name=NAMES[0])

    def fall(*args: Any, **kwargs: Any) -> None:
        raise ValueError(f"{NAMES[0]} lives at {ADDRESS}")

    monkeypatch.setattr(WishSubmitter, "submit_wish", fall)
    answer = ears.hear(
        resident.post("/v1/wishes", world.wish_body(story=ADDRESS))
    )
    assert answer.status == 500
    assert answer.json["code"] == "server.error"
    assert "ValueError" in ears.lines.getvalue()
    assert not ears.sung(answer.text + ears.lines.getvalue())


def test_a_store_that_fails_tells_nothing_either(world: World, ears: Ears):
    ears.canaries |= {NAMES[0], ADDRESS, "13955577799"}
    resident = world.resident(
        name=NAMES[0], phone="+8613955577799", address=ADDRESS
    )

    def fail(call: Any, name: str, kwargs: dict[str, Any]) -> Any:
        if name == "TransactWriteItems":
            raise ConnectionError(f"{NAMES[0]} {kwargs}")
        return call()

    with intercepted(fail):
        answer = ears.hear(
            resident.post("/v1/wishes", world.wish_body(story=ADDRESS))
        )
    assert answer.status in (500, 503)
    assert not ears.sung(answer.text + ears.lines.getvalue())


def test_a_message_that_cannot_be_sent_is_logged_without_its_text(
    world: World, ears: Ears, monkeypatch: pytest.MonkeyPatch
):
    number = "+8613955577788"
    ears.canaries |= {number.removeprefix("+86")}

    def fail(to: str, channel: str, text: str, kind: str) -> None:
        ears.canaries.add(re.findall(r"\d{6}", text)[0])
        raise ConnectionError(f"no way to {to}: {text}")

    monkeypatch.setattr(world.mailbox, "put", fail)
    ears.hear(Phone().post("/v1/auth/codes", {"phone": number}))
    assert len(ears.canaries) == 2
    assert "ConnectionError" in ears.lines.getvalue()
    assert not ears.sung(ears.lines.getvalue() + ears.answers[0].text)


# the control: this file can fail


@pytest.mark.parametrize(
    "how", ["message", "field", "exception", "number", "escaped"]
)
def test_a_planted_leak_is_heard(
    world: World, ears: Ears, monkeypatch: pytest.MonkeyPatch, how: str
):
    ears.canaries |= {NAMES[0], "13955577711"}
    leaks = {
        "message": lambda: log.info(f"sent to {NAMES[0]}"),
        "field": lambda: log.info("sent", to=NAMES[0]),
        "exception": lambda: logging.getLogger("chalicelib.people").error(
            "no", exc_info=ValueError(NAMES[0])
        ),
        "number": lambda: logging.getLogger("anything").debug(
            "to %s", "+8613955577711"
        ),
        "escaped": lambda: log.info(json.dumps({"to": NAMES[0]})),
    }
    send = SignInCodes.send_code

    def leak(self: SignInCodes, *args: Any) -> CodeSent:
        leaks[how]()
        return send(self, *args)

    monkeypatch.setattr(SignInCodes, "send_code", leak)
    Phone().post("/v1/auth/codes", {"phone": "+8613955577711"})
    assert ears.sung(ears.lines.getvalue())


def test_a_planted_echo_in_an_error_is_seen(ears: Ears):
    ears.canaries |= {NAMES[0]}
    ears.hear(
        Answer(422, {}, json.dumps({"detail": f"{NAMES[0]} is not a name"}))
    )
    assert [body for body in ears.errors() if ears.sung(body)]
