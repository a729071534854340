"""The one tree of places: street, community, grid, building, unit; who answers for each, and what lies next to it."""
