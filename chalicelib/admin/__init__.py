"""The staff desk: what waits for whom, over all features."""
