"""The sample feature is run in a copy of the tree, never here."""

collect_ignore = ["sample"]
