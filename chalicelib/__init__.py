"""Chunhui: neighbourhood care for a sub-district office. docs/architecture.md shows the way through the house."""

import gc

# Python looks for cycles after every 700 new containers, and everything that is imported stays: a hundred vain searches at a
# cold start. What a request leaves behind goes by its reference counts (docs/decisions/0027).
gc.set_threshold(10_000)
