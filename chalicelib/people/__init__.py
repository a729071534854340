"""People: residents, volunteers, staff; their consent, what they may do, and who has looked at their data."""
