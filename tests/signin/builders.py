"""Steps of signing in, as tests take them."""

from typing import Any

from ..world import Answer, Phone, World

NUMBER = "+8613811112222"


def ask(phone: Phone, number: str = NUMBER) -> Answer:
    return phone.post("/v1/auth/codes", {"phone": number})


def exchange(
    phone: Phone, code: str, number: str = NUMBER, **fields: Any
) -> Answer:
    return phone.post(
        "/v1/auth/tokens", {"phone": number, "code": code} | fields
    )


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def sign_up(world: World, number: str = NUMBER) -> Phone:
    return world.sign_in(number, consent="2026-11", name="新居民")


def refresh(phone: Phone, token: str | None = None) -> Answer:
    return Phone().post(
        "/v1/auth/tokens", {"refresh_token": token or phone.refresh}
    )
