"""People: residents, volunteers and staff, with their consents and permissions."""
