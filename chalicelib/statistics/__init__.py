"""Statistics of tickets: rates with their sample sizes, and hot spots."""
