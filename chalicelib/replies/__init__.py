"""Replies: delivery reports, answers to questions, and requests for no more messages."""
