"""Offers of wishes to single volunteers, their answers, and what follows from silence."""
