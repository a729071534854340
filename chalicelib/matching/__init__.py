"""Who is asked for which wish: the instance, the flow, the runs and their records."""
