"""The only code that knows PynamoDB: tables and rows, the transaction, and the job table."""
