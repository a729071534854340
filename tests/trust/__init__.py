"""Whole days of people who mean no good."""
