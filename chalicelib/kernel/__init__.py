"""What every feature stands on: pure Python, the standard library only, nothing of AWS or HTTP."""
