"""The security trail: events about accounts and people, kept for three years and never changed."""
