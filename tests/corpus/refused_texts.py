"""Files that call themselves CSV, and must not be read as such."""

from __future__ import annotations

import gzip
import random

from tests.corpus.case import Case
from tests.corpus.texts import HEADER, lines, text


def _noise() -> bytes:
    return random.Random(7).randbytes(5_000)  # noqa: S311


CASES = [
    Case("csv-empty", "a.csv", lambda: b"", "FILE_EMPTY"),
    Case("csv-only-blanks", "a.csv", text(" \r\n\t\r\n" * 9), "FILE_EMPTY"),
    Case("csv-only-bom", "a.csv", lambda: b"\xef\xbb\xbf", "FILE_EMPTY"),
    Case(
        "csv-polish-cp1250",
        "a.csv",
        text(lines(HEADER, ("Koło Żołnierzy", "", "", "34117")), "cp1250"),
        "FILE_ENCODING_UNCLEAR",
    ),
    Case(
        "csv-greek-cp1253",
        "a.csv",
        text(lines(HEADER, ("Ελληνική Κοινότητα", "", "", "34117")), "cp1253"),
        "FILE_ENCODING_UNCLEAR",
    ),
    Case(
        "csv-dos-cp850",
        "a.csv",
        text(lines(HEADER, ("Verein Köln", "", "", "34117")), "cp850"),
        "FILE_ENCODING_UNCLEAR",
    ),
    Case(
        "csv-mac-roman",
        "a.csv",
        text(lines(HEADER, ("Verein für Köln", "", "", "34117")), "mac-roman"),
        "FILE_ENCODING_UNCLEAR",
    ),
    Case("csv-noise", "a.csv", _noise, "FILE_ENCODING"),
    Case("csv-long-line", "a.csv", lambda: b"a" * 3_000_000, "FILE_TOO_BIG"),
    Case("csv-long-cell", "a.csv", text(lines(HEADER, ("a" * 200_000, "", "", ""))), "FILE_TOO_BIG"),
    Case(
        "csv-2000-columns",
        "a.csv",
        text(";".join(f"C{number}" for number in range(2_000)) + "\n"),
        "FILE_TOO_BIG",
    ),
    Case("csv-two-million-blank-rows", "a.csv", lambda: b"Name\n" + b"\n" * 2_000_000, "FILE_TOO_BIG"),
    Case("csv-only-quotes", "a.csv", lambda: b'"' * 5_000_000, "FILE_TOO_BIG"),
    Case("csv-200-mb-of-delimiters", "a.csv", lambda: (b";" * 999 + b"\n") * 200_000, "FILE_TOO_BIG"),
    Case("csv-over-200-mb", "a.csv", lambda: b"Name;Ort\n" * 25_000_000, "FILE_TOO_BIG"),
    Case(
        "html-as-csv",
        "a.csv",
        lambda: b"\r\n<!DOCTYPE html><html><body>Anmelden</body></html>",
        "FILE_NOT_A_TABLE",
    ),
    Case("html-as-xls", "a.xls", lambda: b"<table><tr><td>Name</td></tr></table>", "FILE_NOT_A_TABLE"),
    Case("xml-as-xls", "a.xls", lambda: b'<?xml version="1.0"?><Workbook/>', "FILE_NOT_A_TABLE"),
    Case("pdf-as-xlsx", "a.xlsx", lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(500), "FILE_NOT_A_TABLE"),
    Case("jpeg-as-xlsx", "a.xlsx", lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(500), "FILE_NOT_A_TABLE"),
    Case("json-as-csv", "a.csv", lambda: b'{"events": []}', "FILE_NOT_A_TABLE"),
    Case("calendar-as-csv", "a.csv", lambda: b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "FILE_NOT_A_TABLE"),
    Case("gzip-as-csv", "a.csv", lambda: gzip.compress(b"Name;Ort\n", mtime=0), "FILE_NOT_A_TABLE"),
    Case("rtf-as-csv", "a.csv", lambda: rb"{\rtf1\ansi Name}", "FILE_NOT_A_TABLE"),
]
