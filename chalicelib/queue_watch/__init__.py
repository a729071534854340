"""The watch over the staff queue: it reminds staff of what waits, level by level."""
