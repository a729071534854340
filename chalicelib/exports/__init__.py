"""Exports: lists for staff and a person's own data, as files that are made in steps."""
