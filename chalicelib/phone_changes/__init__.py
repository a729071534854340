"""Phone changes: by the person with two codes, or corrected by staff after a wait."""
