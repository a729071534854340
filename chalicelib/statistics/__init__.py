"""Statistics: overviews, rates with their sample sizes, and hot spots."""
