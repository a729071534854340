"""Problem tickets: each has an assignee and SLA timers from the start, and escalates by itself."""
