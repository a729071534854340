"""Telling people: whom, by which channel, in which words, and once."""
