"""Chunhui: neighbourhood care for a sub-district office. docs/architecture.md explains the code."""

import gc

# Python looks for cycles after every 700 new containers. Imported code stays, so a cold start would make a hundred vain
# searches. Objects of a request are freed by reference counts (docs/decisions/0027).
gc.set_threshold(10_000)
