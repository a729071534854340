"""Telling people: whom, by which channel, when, and in which words. The ledger behind it is `deliveries`."""
