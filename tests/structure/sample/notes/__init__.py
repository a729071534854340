"""Notes from residents to the staff of their place: the sample of docs/adding-a-feature.md."""
