"""Chunhui: neighbourhood care for a sub-district office. docs/architecture.md shows the way through the house."""
