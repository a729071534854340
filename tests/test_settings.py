"""Settings: required variables, defaults, and secrets that repr does not show."""

import json

import pytest

from chalicelib.settings import Settings

BASE = {
    "TOKEN_KEYS": json.dumps({"k1": "a-token-key-0123456789-0123456789-01"}),
    "SECRET": "a-secret-0123456789-0123456789-0123",
}
PROVIDERS = [
    {
        "name": "east",
        "kind": "gateway",
        "url": "https://sms.example/send",
        "key": "gateway-key",
        "weight": 70,
        "price_li": 48,
    },
    {"name": "sns", "kind": "sns", "weight": 30},
]
CLOUD = BASE | {
    "URGENT_QUEUE_URL": "https://queue.example/urgent",
    "BULK_QUEUE_URL": "https://queue.example/bulk",
    "UPLOAD_BUCKET": "chunhui-photos-example",
    "SMS_PROVIDERS": json.dumps(PROVIDERS),
    "MAIL_SERVER": json.dumps(
        {
            "kind": "smtp",
            "sender": "care@example.com",
            "host": "mail.example",
            "password": "mail-password",
        }
    ),
}


def test_a_local_server_needs_only_two_secrets():
    settings = Settings.from_env(BASE)
    assert [provider.kind for provider in settings.sms_providers] == ["console"]
    assert (
        settings.mail.kind,
        settings.urgent_queue_url,
        settings.sms_budget_fen,
    ) == (
        "console",
        "",
        300_000,
    )


def test_an_installation_reads_its_providers_and_urls():
    settings = Settings.from_env(
        CLOUD
        | {"SMS_BUDGET_FEN": "500000", "PUBLIC_URL": "https://chunhui.example/"}
    )
    east, sns = settings.sms_providers
    assert (east.key, east.weight, east.price_li, sns.kind, sns.price_li) == (
        b"gateway-key",
        70,
        48,
        "sns",
        55,
    )
    assert (settings.mail.host, settings.sms_budget_fen) == (
        "mail.example",
        500_000,
    )
    assert (settings.public_url, settings.upload_bucket) == (
        "https://chunhui.example",
        "chunhui-photos-example",
    )


@pytest.mark.parametrize(
    "missing",
    ["SMS_PROVIDERS", "MAIL_SERVER", "BULK_QUEUE_URL", "UPLOAD_BUCKET"],
)
def test_the_cloud_requires_providers_queues_and_a_bucket(missing):
    env = dict(CLOUD)
    del env[missing]
    with pytest.raises(KeyError):
        Settings.from_env(env)


def test_an_application_key_has_sixteen_characters_or_more():
    assert Settings.from_env(BASE).open311_keys == {}
    assert Settings.from_env(
        BASE | {"OPEN311_KEYS": '{"fms": "0123456789abcdef"}'}
    ).open311_keys == {"fms": "0123456789abcdef"}
    with pytest.raises(
        ValueError, match="OPEN311_KEYS: city, demo: a key needs 16"
    ) as refused:
        Settings.from_env(
            BASE
            | {
                "OPEN311_KEYS": '{"fms": "0123456789abcdef", "city": "0123456789abcde", "demo": ""}'
            }
        )
    assert "0123456789" not in str(refused.value)


def test_repr_shows_no_secret():
    env = CLOUD | {"OPEN311_KEYS": '{"fms": "outside-key-0123456"}'}
    shown = repr(Settings.from_env(env))
    for secret in (
        "outside-key",
        "gateway-key",
        "mail-password",
        "a-token-key",
    ):
        assert secret not in shown
    assert BASE["SECRET"] not in shown
