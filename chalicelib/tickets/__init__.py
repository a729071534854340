"""Problem tickets: whatever is reported has a person and a clock from the first second, and climbs by itself."""
