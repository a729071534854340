"""What comes back: delivery reports, answers to questions, and the wish to be left alone."""
