"""Fan-outs: a group is read page by page into shares. Resumable and paced."""
