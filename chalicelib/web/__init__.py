"""HTTP for the features: typed routes, problem documents, access tokens and OpenAPI.

No other package imports Chalice.
"""
