"""Commands with which the office corrects: edit, undo."""
