"""The unsubscribe link of every e-mail (RFC 8058)."""

from ..kernel.codes import Keyring

__all__ = ["UnsubscribeLinks"]


class UnsubscribeLinks:
    """Makes and checks unsubscribe links. Needs the installation's public address."""

    def __init__(self, *, keys: Keyring, public_url: str) -> None:
        self._keys = keys
        self._public_url = public_url

    def link(self, person_id: str) -> str:
        """Return the link for a person, "" without a public address."""
        if not self._public_url:
            return ""
        return f"{self._public_url}/v1/unsubscribe/{self.token(person_id)}"

    def token(self, person_id: str) -> str:
        """Return the token that proves that a request comes from an e-mail to the person."""
        return f"{person_id}.{self._keys.sign('unsubscribe', person_id)}"

    def person_of(self, token: str) -> str | None:
        """Return the person of a token, None if the token is not valid."""
        person_id, _, signature = token.rpartition(".")
        if not self._keys.is_signed("unsubscribe", person_id, signature):
            return None
        return person_id
