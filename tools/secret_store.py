"""The secrets of a stage in Secrets Manager."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from chalicelib.settings import SECRETS, secret_name

from .installation import suffix_of

__all__ = ["Given", "SecretStore", "Texts", "prefix_of"]

Texts: TypeAlias = dict[str, str]  # the secrets by name, as JSON
Given: TypeAlias = Mapping[str, str]


def prefix_of(stage: str, installation: str) -> str:
    """Return the beginning of the names of an installation's secrets."""
    return f"chunhui{suffix_of(installation)}/{stage}/"


class SecretStore:
    """The secrets of a stage in Secrets Manager."""

    def __init__(self, client: Any, stage: str, installation: str = "") -> None:
        self._client, self._prefix = client, prefix_of(stage, installation)

    def _id(self, name: str) -> str:
        return f"{self._prefix}{secret_name(name)}"

    def read(self) -> Texts:
        """Read the secrets that there are, by name."""
        texts = {}
        for name in SECRETS:
            try:
                answer = self._client.get_secret_value(SecretId=self._id(name))
            except self._client.exceptions.ResourceNotFoundException:
                continue
            texts[name] = str(answer["SecretString"])
        return texts

    def create(self, texts: Given) -> None:
        """Create secrets that do not exist yet."""
        for name, text in texts.items():
            self._client.create_secret(Name=self._id(name), SecretString=text)

    def write(self, texts: Given, names: Iterable[str]) -> None:
        """Write a new version of some secrets."""
        for name in names:
            self._client.put_secret_value(
                SecretId=self._id(name),
                SecretString=texts[name],
            )
