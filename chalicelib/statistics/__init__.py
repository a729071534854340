"""What the tickets of a place come to: rates with their sample sizes, and where the same is reported again."""
