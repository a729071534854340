"""The house on one machine: an embedded store, a movable clock, HTTP, schedules and queues in one process. Never shipped."""
