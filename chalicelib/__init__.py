"""Chunhui: neighbourhood care for a sub-district office. docs/architecture.md explains the code."""

import gc

# Python looks for cycles after every 700 new containers. Imported code stays, so a cold start would
# search a hundred times in vain. Reference counts free the objects of a request
# (docs/decisions/0027).
gc.set_threshold(10_000)
