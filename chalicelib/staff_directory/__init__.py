"""The staff directory: people, roles, vetting, and an audit of reveals."""
