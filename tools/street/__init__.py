"""A street of any size, made of the decisions that serve everybody."""
