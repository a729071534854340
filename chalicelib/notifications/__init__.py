"""Notifications: recipients, channels and times of messages."""
