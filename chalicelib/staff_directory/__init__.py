"""The staff directory: people as staff record them, their roles, their vetting, and the audit of looks."""
