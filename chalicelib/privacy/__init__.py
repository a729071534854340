"""Privacy through staff: export, erasure by two, sealed records, call-backs, and retention."""
