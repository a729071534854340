"""Tests of the watch over the staff queue."""
