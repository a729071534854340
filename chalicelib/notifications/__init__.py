"""Notifications: who is told, by which channel, when, and in which words."""
