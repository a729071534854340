"""The only shared code that knows Chalice: typed routes, problem documents, access tokens, OpenAPI."""
