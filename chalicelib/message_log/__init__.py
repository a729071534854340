"""The message log: one attempt at a time for each message and address, and what became of it."""
