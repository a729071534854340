"""Histories of wishes: claims, visits, deliveries, answers, and people who leave."""

from .machine import AroundWishes, histories, run


def test_the_rules_hold_over_histories_of_wishes():
    run(AroundWishes, histories(0.3))
