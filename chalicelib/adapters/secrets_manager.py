"""Secrets from AWS Secrets Manager, by a plain client of botocore: boto3 costs a quarter second."""

from functools import cached_property
from typing import Any

from botocore.config import Config
from botocore.session import get_session

from ..settings import secret_name

__all__ = ["SecretsManager"]


class SecretsManager:
    """Reads the secrets of an installation by name: ``PHONE_KEY`` is `chunhui/dev/phone-key`.

    The function's role decides which. The client is made with the first secret.
    """

    def __init__(self, prefix: str, region: str) -> None:
        self._prefix, self._region = prefix, region

    @cached_property
    def _client(self) -> Any:
        config = Config(
            connect_timeout=2,
            read_timeout=5,
            retries={"total_max_attempts": 4, "mode": "standard"},
        )
        return get_session().create_client(
            "secretsmanager", region_name=self._region, config=config
        )

    def read(self, name: str) -> str:
        """Return the current version of a secret."""
        id = f"{self._prefix}{secret_name(name)}"
        answer = self._client.get_secret_value(SecretId=id)
        return str(answer["SecretString"])
