"""The base of every feature: pure Python with the standard library only, no AWS and no HTTP."""
