"""The refusal codes of each operation, found by reading the code (docs/decisions/0055)."""
