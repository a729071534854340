"""Commands for those who build and run the house. Never shipped."""
