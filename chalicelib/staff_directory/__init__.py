"""The register of people, as staff keep it: who is known, what she may do, how far she was checked, and who looked."""
