"""Tests of the street of any size (`tools/street`), and of every list over it."""
