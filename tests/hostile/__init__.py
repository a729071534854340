"""What hostile, broken and careless clients send, and what must hold all the same."""
