"""The only shared code that knows PynamoDB: rows, the one commit, due rows, and the list of tables."""
