"""The floor of all pages: page routes, sessions of browsers, forms and templates."""
