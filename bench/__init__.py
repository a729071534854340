"""Reproducible measurements of storage calls, CPU time, memory and matching.

`python -m bench` prints the tables of docs/benchmarks.md and docs/matching.md.
"""
