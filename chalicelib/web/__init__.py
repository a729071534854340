"""The only code below the features that knows Chalice: typed routes, problem documents, access tokens, OpenAPI."""
