"""The texts of the platform in the contract."""

from .contract_texts import FeatureTexts

__all__ = ["CONTRACT"]

_ANYBODY = "For anybody; a token counts for nothing. It changes nothing."
CONTRACT = FeatureTexts(
    tag="The service itself: welcome, health check and contract.",
    operations={
        "welcome": _ANYBODY,
        "read_health": _ANYBODY,
        "read_contract": _ANYBODY,
    },
    examples={
        "Health.status": "ok",
        "Welcome.name": "春晖 Chunhui",
        "openapi": "openapi.json",
        "wall": "v1/wishes?place=…",
        "Contract": {"openapi": "3.1.0"},
    },
)
