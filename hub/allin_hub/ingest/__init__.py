"""One sync of one source: fetch, map, validate, stage, guard, write, match, merge."""
