"""The ticket policy of a street: its versions, validation, coverage gaps and replay."""
