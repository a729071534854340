"""The store, the only code that knows PynamoDB: rows, transactions, the job table."""
