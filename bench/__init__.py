"""Reproducible measurements: calls of the store for each operation, one message to very many, a
warm request, a cold import.

`python -m bench [storage|fanout [people]|warm|cold]` prints the tables of docs/benchmarks.md;
without an argument all of them.
"""
