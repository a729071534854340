"""The local server: the whole service on one machine. Never deployed."""
