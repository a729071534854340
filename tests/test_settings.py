"""Settings: required variables, defaults, and secrets that repr does not show."""

import json

import pytest

from chalicelib.settings import SECRETS, KnownSecrets, Settings

BASE = {
    "TOKEN_KEYS": json.dumps({"k1": "a-token-key-0123456789-0123456789-01"}),
    "SECRET": json.dumps({"first": "a-secret-0123456789-0123456789-0123"}),
    "PHONE_KEY": json.dumps({"first": "a-phone-key-0123456789-0123456789-01"}),
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


def test_a_local_server_needs_only_its_keys():
    settings = Settings.from_env(BASE)
    secrets = settings.secrets
    assert [provider.kind for provider in secrets.sms_providers] == ["console"]
    assert list(secrets.token_keys) == ["k1"]
    assert secrets.secret == {"first": b"a-secret-0123456789-0123456789-0123"}
    assert list(secrets.phone_key) == ["first"]
    assert (
        secrets.mail.kind,
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
    east, sns = settings.secrets.sms_providers
    assert (east.key, east.weight, east.price_li, sns.kind, sns.price_li) == (
        b"gateway-key",
        70,
        48,
        "sns",
        55,
    )
    assert (settings.secrets.mail.host, settings.sms_budget_fen) == (
        "mail.example",
        500_000,
    )
    assert (settings.public_url, settings.upload_bucket) == (
        "https://chunhui.example",
        "chunhui-photos-example",
    )


@pytest.mark.parametrize("missing", ["BULK_QUEUE_URL", "UPLOAD_BUCKET"])
def test_the_cloud_requires_queues_and_a_bucket(missing):
    env = dict(CLOUD)
    del env[missing]
    with pytest.raises(KeyError):
        Settings.from_env(env)


@pytest.mark.parametrize("name", SECRETS)
def test_the_cloud_requires_every_secret_when_it_is_needed(name):
    env = dict(CLOUD)
    env.pop(name, None)
    secrets = Settings.from_env(env).secrets
    field = {"MAIL_SERVER": "mail"}.get(name, name.lower())
    with pytest.raises(KeyError, match=name):
        getattr(secrets, field)


def test_the_cloud_has_no_console_in_the_place_of_a_provider():
    secrets = Settings.from_env(CLOUD | {"SMS_PROVIDERS": "[]"}).secrets
    assert secrets.sms_providers == ()


def test_each_secret_is_read_once_and_only_when_it_is_needed():
    asked: list[str] = []

    def read(name: str) -> str | None:
        asked.append(name)
        return CLOUD.get(name)

    secrets = Settings.from_env(CLOUD, read).secrets
    assert asked == []
    for _ in range(2):
        assert secrets.phone_key
        assert secrets.mail
    assert asked == ["PHONE_KEY", "MAIL_SERVER"]


def test_a_secret_that_could_not_be_read_is_asked_for_again():
    answers = iter([None, CLOUD["SECRET"]])
    secrets = Settings.from_env(CLOUD, lambda _: next(answers)).secrets
    with pytest.raises(KeyError):
        assert secrets.secret
    assert secrets.secret


def test_an_application_key_has_sixteen_characters_or_more():
    assert Settings.from_env(BASE).secrets.open311_keys == {}
    assert Settings.from_env(
        BASE | {"OPEN311_KEYS": '{"fms": "0123456789abcdef"}'}
    ).secrets.open311_keys == {"fms": "0123456789abcdef"}
    with pytest.raises(
        ValueError, match="OPEN311_KEYS: city, demo: a key needs 16"
    ) as refused:
        assert Settings.from_env(
            BASE
            | {
                "OPEN311_KEYS": '{"fms": "0123456789abcdef", "city": "0123456789abcde", "demo": ""}'
            }
        ).secrets.open311_keys
    assert "0123456789" not in str(refused.value)


@pytest.mark.parametrize(
    ("given", "required"), [(None, False), ("off", False), ("required", True)]
)
def test_a_second_factor_is_required_where_the_word_says_so(given, required):
    env = BASE | ({"SECOND_FACTOR": given} if given else {})
    assert Settings.from_env(env).requires_factor is required


@pytest.mark.parametrize("given", ["", "on", "Required", "true"])
def test_a_misspelt_word_about_the_second_factor_stops_the_start(given):
    with pytest.raises(ValueError, match="SECOND_FACTOR"):
        Settings.from_env(BASE | {"SECOND_FACTOR": given})


def test_repr_shows_no_secret():
    env = CLOUD | {"OPEN311_KEYS": '{"fms": "outside-key-0123456"}'}
    settings = Settings.from_env(env)
    known = {
        name: getattr(settings.secrets, name)
        for name in KnownSecrets.__dataclass_fields__
    }
    shown = repr([settings, settings.secrets, KnownSecrets(**known)])
    for secret in (
        "outside-key",
        "gateway-key",
        "mail-password",
        "a-token-key",
        "a-phone-key",
        "a-secret",
    ):
        assert secret not in shown
