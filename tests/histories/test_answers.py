"""Histories of questions and answers by SMS, old and new."""

from .machine import AroundReplies, histories, run


def test_the_rules_hold_over_histories_of_answers():
    run(AroundReplies, histories(0.2), number=2)
