"""Reproducible measurements: what each operation asks of the store, what a warm request costs, what a cold import costs.

`python -m bench [storage|warm|cold]` prints the tables of docs/benchmarks.md; without an argument all of them.
"""
