"""Steps of signing in, as tests take them."""

from typing import Any

from ..world import CHALLENGES, NO_CHALLENGE, Answer, Phone, World

NUMBER = "+8613811112222"


def ask(phone: Phone, number: str = NUMBER, **fields: Any) -> Answer:
    return phone.post("/v1/auth/codes", {"phone": number} | fields)


def exchange(
    phone: Phone, code: str, number: str = NUMBER, **fields: Any
) -> Answer:
    """Send a code back, with the newest challenge of the phone unless `fields` has another."""
    body = {
        "phone": number,
        "code": code,
        "challenge": CHALLENGES.get(number, NO_CHALLENGE),
    }
    return phone.post("/v1/auth/tokens", body | fields)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def sign_up(world: World, number: str = NUMBER) -> Phone:
    return world.sign_in(number, consent="2026-11", name="新居民")


def refresh(phone: Phone, token: str | None = None) -> Answer:
    return Phone().post(
        "/v1/auth/tokens", {"refresh_token": token or phone.refresh}
    )
