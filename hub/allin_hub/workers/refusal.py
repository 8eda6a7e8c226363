"""How a worker says that a file cannot be used."""

from __future__ import annotations


class Refusal(Exception):
    """A code of the catalogue, with what fills its texts; never anything from inside the file."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
