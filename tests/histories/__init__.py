"""Histories of a street: everybody does anything at any time, and the rules of life hold."""
