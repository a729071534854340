"""Fan-outs: a group is read page by page into shares, resumable at any point and paced by what providers take."""
