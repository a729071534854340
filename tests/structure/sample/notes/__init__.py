"""Notes: what a resident wants the staff of their place to read. The sample of docs/adding-a-feature.md."""
