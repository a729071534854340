"""A wish is offered to somebody in particular: what she is told, what she answers, and what comes of her silence."""
