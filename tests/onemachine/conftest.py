"""The certificate of the adapters' tests."""

from ..adapters.conftest import certificate, pem

__all__ = ["certificate", "pem"]
