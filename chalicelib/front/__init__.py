"""Pages that several features make together: the start, the door of a building, the home."""
