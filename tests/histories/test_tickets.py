"""Histories of tickets: moves, merges, splits, conversions, and people who leave."""

from .machine import AroundTickets, histories, run


def test_the_rules_hold_over_histories_of_tickets():
    run(AroundTickets, histories(0.25), number=1)
