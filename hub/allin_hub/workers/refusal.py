"""How a worker says that a file cannot be used."""

from __future__ import annotations


class Refusal(Exception):  # noqa: N818 - a word of the file's reader, not a fault of the program
    """A code of the catalogue, with what fills its texts; never anything from inside the file."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
