"""Micro-wishes: from a resident's small need to a neighbour's help and a thank-you."""
