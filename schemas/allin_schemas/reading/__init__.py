"""Readers of what people write: pure functions `read_x(text) -> Reading`."""
