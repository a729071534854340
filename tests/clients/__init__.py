"""Clients that others' generators make of docs/openapi.json; `make test-clients` runs them."""
