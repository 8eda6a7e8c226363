"""CSV files as people make them, with their faults."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.corpus.case import Case

HEADER = ("Name", "E-Mail", "Telefon", "PLZ")
NAMES = ("Kulturverein Brücke e.V.", "Frauenkreis Süd", "Jugendtreff Größe Sprünge")


def organisation(number: int) -> tuple[str, str, str, str]:
    """Make an invented organisation, a different one for each number."""
    name = NAMES[number] if number < len(NAMES) else f"Nachbarschaftskreis Nummer {number}"
    return (name, f"info@verein{number}.example", f"0561 90000-{number:02}", "34117")


def lines(*rows: Sequence[str], delimiter: str = ";", end: str = "\r\n") -> str:
    """Write rows without any quotation marks."""
    return "".join(delimiter.join(row) + end for row in rows)


THREE = (HEADER, organisation(0), organisation(1), organisation(2))


def text(content: str, encoding: str = "utf-8") -> Callable[[], bytes]:
    """Make a builder of a text file."""
    return lambda: content.encode(encoding)


def _stray_quotes() -> bytes:
    return lines(HEADER, *((f'"Verein {number}', "", "", "34117") for number in range(40_000))).encode()


FINE = [
    Case("csv-plain", "a.csv", text(lines(*THREE)), live=3, rows=(4,), holds=NAMES),
    Case("csv-bom", "a.csv", text(lines(*THREE), "utf-8-sig"), live=3, rows=(4,), holds=("Name", *NAMES)),
    Case("csv-utf16", "a.csv", text(lines(*THREE, delimiter="\t"), "utf-16"), live=3, rows=(4,), holds=NAMES),
    Case(
        "csv-utf16-be",
        "a.txt",
        text("\ufeff" + lines(*THREE), "utf-16-be"),
        live=3,
        rows=(4,),
        holds=("Name", *NAMES),
    ),
    Case("csv-cp1252", "a.csv", text(lines(*THREE), "cp1252"), live=3, rows=(4,), holds=NAMES),
    Case(
        "csv-cyrillic-cp1251",
        "a.csv",
        text(lines(HEADER, ("Ассоциация Днепр", "", "", "34117")), "cp1251"),
        live=1,
        rows=(2,),
        holds=("Ассоциация Днепр",),
        hints=("ENCODING_GUESSED",),
    ),
    Case(
        "csv-turkish-cp1254",
        "a.csv",
        text(lines(HEADER, ("Türk Kadınlar Derneği", "", "", "34117")), "cp1254"),
        live=1,
        rows=(2,),
        holds=("Türk Kadınlar Derneği",),
        hints=("ENCODING_GUESSED",),
    ),
    Case(
        "csv-utf16-without-mark",
        "a.csv",
        text(lines(*THREE), "utf-16-le"),
        live=3,
        rows=(4,),
        holds=NAMES,
        hints=("ENCODING_GUESSED",),
    ),
    Case(
        "csv-nul",
        "a.csv",
        text(lines(*THREE, ("a\0b", "", "0561 9", "34117"))),
        live=3,
        quarantined=1,
        rows=(5,),
        holds=NAMES,
        lacks=("\0",),
        hints=("CHARACTER_BROKEN",),
    ),
    Case("csv-comma", "a.csv", text(lines(*THREE, delimiter=",")), live=3, rows=(4,), holds=("34117",)),
    Case("csv-tab", "a.tsv", text(lines(*THREE, delimiter="\t")), live=3, rows=(4,), holds=("34117",)),
    Case("csv-pipe", "a.csv", text(lines(*THREE, delimiter="|")), live=3, rows=(4,), holds=("34117",)),
    Case(
        "csv-declared-delimiter",
        "a.csv",
        text("sep=|\r\n" + lines(*THREE, delimiter="|")),
        live=3,
        rows=(4,),
        holds=("34117",),
    ),
    Case(
        "csv-commas-in-texts",
        "a.csv",
        text(lines(*((a + ", Kassel, Hessen", *b) for a, *b in THREE[1:]), HEADER)),
        rows=(4,),
        holds=("Frauenkreis Süd, Kassel, Hessen",),
    ),
    Case("csv-old-mac-lines", "a.csv", text(lines(*THREE, end="\r")), live=3, rows=(4,), holds=NAMES),
    Case(
        "csv-mixed-lines",
        "a.csv",
        text(lines(*THREE[:2], end="\n") + lines(*THREE[2:])),
        live=3,
        rows=(4,),
        holds=NAMES,
    ),
    Case("csv-no-last-line-end", "a.csv", text(lines(*THREE).rstrip()), live=3, rows=(4,), holds=("34117",)),
    Case("csv-dos-end-mark", "a.csv", text(lines(*THREE) + "\x1a"), live=3, rows=(4,), lacks=("\x1a",)),
    Case(
        "csv-all-quoted",
        "a.csv",
        text(lines(*((f'"{cell}"' for cell in row) for row in THREE))),
        live=3,
        rows=(4,),
        holds=NAMES,
    ),
    Case(
        "csv-quoted-newlines",
        "a.csv",
        text(lines(*THREE, ('"Haus der\r\nKulturen; Mitte"', *organisation(3)[1:]))),
        live=4,
        rows=(5,),
        holds=("Haus der\r\nKulturen; Mitte",),
    ),
    Case(
        "csv-doubled-quotes",
        "a.csv",
        text(lines(HEADER, ('"Verein ""Die Brücke"""', *organisation(0)[1:]))),
        live=1,
        rows=(2,),
        holds=('Verein "Die Brücke"',),
    ),
    Case(
        "csv-formulas-stay-text",
        "a.csv",
        text(lines(HEADER, ("=1+1", *organisation(0)[1:]), ("@SUM(A1)", *organisation(1)[1:]))),
        rows=(3,),
        holds=("=1+1", "@SUM(A1)"),
    ),
    Case("csv-only-header", "a.csv", text(lines(HEADER)), live=0, rows=(1,)),
]

MESSY = [
    Case(
        "csv-stray-quote",
        "a.csv",
        text(lines(HEADER, organisation(0), ('"Verein Offen', *organisation(1)[1:]), organisation(2))),
        live=3,
        rows=(4,),
        holds=("Verein Offen", NAMES[2]),
        hints=("QUOTE_STRAY",),
    ),
    Case(
        "csv-quote-inside",
        "a.csv",
        text(lines(HEADER, ('"Brücke" e.V.', *organisation(0)[1:]), organisation(1))),
        live=2,
        rows=(3,),
        holds=("Brücke e.V.", NAMES[1]),
        hints=("QUOTE_STRAY",),
    ),
    Case(
        "csv-quote-in-the-middle",
        "a.csv",
        text(lines(HEADER, ('Verein "Brücke" e.V.', *organisation(0)[1:]))),
        live=1,
        rows=(2,),
        holds=('Verein "Brücke" e.V.',),
    ),
    Case(
        "csv-two-stray-quotes-swallow-nothing",
        "a.csv",
        text(
            lines(
                HEADER,
                ('"Verein A', *organisation(0)[1:]),
                organisation(1),
                (organisation(2)[0] + '"', *organisation(2)[1:]),
            )
        ),
        live=3,
        rows=(4,),
        holds=("Verein A", NAMES[1]),
        hints=("QUOTE_STRAY",),
    ),
    Case(
        "csv-quote-that-joins-two-rows",
        "a.csv",
        text(
            lines(
                HEADER, (*organisation(0)[:3], '"34117'), ('Verein B"', *organisation(1)[1:]), organisation(2)
            )
        ),
        rows=(4,),
        holds=(NAMES[0], NAMES[2]),
        hints=("QUOTE_STRAY",),
    ),
    Case(
        "csv-last-quote-open",
        "a.csv",
        text(lines(HEADER, organisation(0), (*organisation(1)[:3], '"34117'))),
        live=2,
        rows=(3,),
        holds=("34117",),
        hints=("QUOTE_STRAY",),
    ),
    Case(
        "csv-garbled-umlauts",
        "a.csv",
        text(lines(HEADER, ("BrÃ¼cke KÃ¶ln", *organisation(0)[1:]), organisation(1))),
        live=2,
        rows=(3,),
        holds=("Brücke Köln", NAMES[1]),
        lacks=("Ã",),
        hints=("TEXT_MENDED",),
    ),
    Case(
        "csv-ragged",
        "a.csv",
        text(lines(HEADER, organisation(0), organisation(1)[:2], (*organisation(2), "", ""))),
        live=3,
        rows=(4,),
    ),
    Case(
        "csv-shifted-row",
        "a.csv",
        text(lines(HEADER, organisation(0), ("", *organisation(1)), organisation(2))),
        live=2,
        quarantined=1,
        rows=(4,),
    ),
    Case(
        "csv-name-missing",
        "a.csv",
        text(lines(HEADER, organisation(0), ("", *organisation(1)[1:]))),
        live=1,
        quarantined=1,
        rows=(3,),
    ),
    Case("csv-totals", "a.csv", text(lines(*THREE, ("Summe", "", "", "3"))), live=3, skipped=1, rows=(5,)),
    Case(
        "csv-repeated-header",
        "a.csv",
        text(lines(*THREE[:3], HEADER, THREE[3])),
        live=3,
        skipped=1,
        rows=(5,),
    ),
    Case(
        "csv-blank-rows",
        "a.csv",
        text(lines(*THREE[:2], (), ("", "", "", ""), *THREE[2:])),
        live=3,
        skipped=2,
        rows=(6,),
    ),
    Case(
        "csv-header-in-row-7",
        "a.csv",
        text(lines(("Vereine in Kassel",), (), ("Stand:", "Oktober"), (), (), (), *THREE)),
        live=3,
        rows=(10,),
    ),
    Case(
        "csv-two-header-rows", "a.csv", text(lines(("", "Kontakt", "", "Adresse"), *THREE)), live=3, rows=(5,)
    ),
    Case(
        "csv-duplicate-headers",
        "a.csv",
        text(
            lines(
                ("Name", "Telefon", "Telefon", "PLZ"),
                *((a, d, c, e) for a, _, c, e in THREE[1:] for d in [c]),
            )
        ),
        live=3,
        rows=(4,),
    ),
    Case("csv-no-header", "a.csv", text(lines(*THREE[1:])), rows=(3,)),
    Case(
        "csv-40000-stray-quotes",
        "a.csv",
        _stray_quotes,
        rows=(40_001,),
        holds=("Verein 39999",),
        hints=("QUOTE_STRAY",),
    ),
]

CASES = [*FINE, *MESSY]
