"""Everything that one machine needs besides the app: HTTP, files, the store, schedules, backups."""
