"""The tree of places (street, community, grid, building, unit), with duty lists and neighbours."""
