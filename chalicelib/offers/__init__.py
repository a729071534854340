"""Offers of wishes to single volunteers, their answers, and their expiry."""
