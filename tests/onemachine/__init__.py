"""The one-machine edition."""
