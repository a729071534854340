"""Ways out of the house. The only code that touches boto3, and only when something leaves."""
