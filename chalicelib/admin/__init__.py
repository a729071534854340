"""The staff queue over all features, and parked jobs."""
