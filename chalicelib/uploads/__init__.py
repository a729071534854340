"""Photos that people send, made safe to show; what shows them asks here."""
