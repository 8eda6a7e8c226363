"""What sources have in common: paths and addresses, headers, rows, tables."""
