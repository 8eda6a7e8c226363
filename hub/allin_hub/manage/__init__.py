"""Sources renamed and removed."""
