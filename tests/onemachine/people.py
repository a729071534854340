"""People of an installed street, and the first days of its administrator."""

import re
from typing import Any

import pyotp

from chalicelib.kernel.clock import SystemClock

from .page import Installed, blocks, wait_until

ADMIN, STAFF, GRID = "+8613900000001", "+8613900000002", "+8613900000004"
DAUGHTER, NAME = "+8613900000101", "罗桂芳"
HELPERS = ("+8613900000011", "+8613900000014")
COMMUNITY = "chunhui.baihua"
HOME, ADDRESS = f"{COMMUNITY}.g01.b01.u1", "二楼201室"


class Caller:
    """A person with a phone who talks to the street over HTTP."""

    def __init__(self, street: Installed, phone: str) -> None:
        self.street, self.phone = street, phone
        before = len(street.gateway.to(phone, "code.sign_in"))
        status, answer = street.call("POST", "/v1/auth/codes", {"phone": phone})
        assert status == 202, answer
        wait_until(
            lambda: len(street.gateway.to(phone, "code.sign_in")) > before
        )
        text = street.gateway.to(phone, "code.sign_in")[-1]
        code = re.search(r"\d{6}", text)
        assert code
        signed_in = street.call(
            "POST",
            "/v1/auth/tokens",
            {
                "phone": phone,
                "challenge": answer["challenge"],
                "code": code[0],
            },
        )
        assert signed_in[0] in (200, 201), signed_in
        self._token = signed_in[1]["access_token"]

    def call(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, Any]:
        bearer = f"Bearer {self._token}"
        return self.street.call(
            method, path, body, Authorization=bearer, **headers
        )

    def do(self, method: str, path: str, body: Any = None, **headers: str):
        status, answer = self.call(method, path, body, **headers)
        assert status in (200, 201, 202, 204), (method, path, answer)
        return answer


def plain_blocks(word: str) -> list[str]:
    """Return the unmarked blocks that hold a word."""
    return [script for mark, script in blocks() if not mark and word in script]


def server_block() -> str:
    ((_, script),) = [block for block in blocks() if block[0] == "server"]
    return script


def install(street: Installed) -> None:
    """Run the blocks of the page in their order, up to the check."""
    for mark, script in blocks():
        if mark == "server":
            street.start(script)
        elif not mark and "export DATA_DIR" not in script:
            printed = street.run(script)
            if "healthz" in script:
                assert '"status": "ok"' in printed
                return
    raise AssertionError("the page has no check")


def found_street(street: Installed) -> dict[str, Any]:
    """Set up places and people, as the first administrator does."""
    admin = Caller(street, ADMIN)
    secret = admin.do("POST", "/v1/me/factor")["secret"]
    code = pyotp.TOTP(secret).now()
    admin.do("POST", "/v1/me/factor/verify", {"code": code})
    by_day(admin)
    for depth, name in enumerate(("柏华社区", "一网格", "1栋", "1单元"), 2):
        place = ".".join(HOME.split(".")[:depth])
        admin.do("PUT", f"/v1/places/{place}", {"name": name})
    consent = {"how": "written", "witness": "居委会"}
    staff = {}
    for phone, role, place in (
        (STAFF, "community_staff", COMMUNITY),
        (GRID, "grid_worker", f"{COMMUNITY}.g01"),
    ):
        new = {"name": "陈敏", "phone": phone, "home": place}
        id = admin.do("POST", "/v1/people", {**new, "consent": consent})["id"]
        grant = {"role": role, "place": place}
        Caller(street, phone).do("POST", "/v1/me/role-requests", grant)
        admin.do("PUT", f"/v1/people/{id}/roles", [grant])
        staff[phone] = Caller(street, phone)
        admin.do("PUT", f"/v1/places/{place}/duty", {role: [id]})
    for phone in HELPERS:
        new = {"name": "赵志英", "phone": phone, "home": COMMUNITY}
        id = admin.do("POST", "/v1/people", {**new, "consent": consent})["id"]
        staff[phone] = Caller(street, phone)
        staff[phone].do("PUT", "/v1/me/volunteer", {"places": [COMMUNITY]})
        vetted = {"level": "basic", "how": "in_person"}
        admin.do("PUT", f"/v1/people/{id}/vetting", vetted)
    new = {"name": "罗小芳", "phone": DAUGHTER, "home": HOME}
    new["address"] = ADDRESS
    staff["daughter"] = admin.do(
        "POST", "/v1/people", {**new, "consent": consent}
    )["id"]
    return {**staff, ADMIN: admin}


def by_day(admin: Caller) -> None:
    """Give the street a zone in which it is day: at night no message would go."""
    ahead = (12 - SystemClock().now().hour) % 24
    if ahead > 12:
        ahead -= 24
    # The signs of these names are turned round.
    zone = f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"
    admin.do("PUT", "/v1/places/chunhui", {"name": "春晖路街道", "zone": zone})
