"""The rules of a street about tickets: who may set them, what is wrong with them, and what they would have done."""
