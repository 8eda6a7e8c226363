"""Telephone numbers, e-mail and web addresses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from allin_schemas.reading import Context, is_role_address, is_role_name, read

Value = Callable[[str, Any], Any]
Codes = Callable[[str, Any], list[str]]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("0561/123-45", "+4956112345"),
        ("+49 561 12345", "+4956112345"),
        ("(0561) 90 00 01", "+49561900001"),
        ("+49 (0)561 90000-12", "+495619000012"),
        ("0049 561 900001", "+49561900001"),
        ("'0561 900001", "+49561900001"),
        ("٠٥٦١ ٧٨٧١٢٣٤", "+495617871234"),
        ("tel:+49-561-900001", "+49561900001"),
        ("+90 212 555 12 34", "+902125551234"),
        ("0043 1 58800", "+43158800"),
        ("0170 1234567", "+491701234567"),
        ("0151 23456789", "+4915123456789"),
        ("0561 – 900001", "+49561900001"),
    ],
)
def test_one_number(written: str, expected: str, value: Value, codes: Codes) -> None:
    """Every usual spelling is one number in E.164."""
    assert value("phone", written) == expected
    assert value("phones", written) == [{"number": expected}]
    assert codes("phones", written) == []


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("0561 7871234 (Büro)", [{"number": "+495617871234", "type": "office"}]),
        (
            "Tel. 0561 900001, Fax 0561 900002",
            [{"number": "+49561900001"}, {"number": "+49561900002", "type": "fax"}],
        ),
        ("0561 900001 oder 0170 1234567", [{"number": "+49561900001"}, {"number": "+491701234567"}]),
        (
            "0561 900001\n0170 1234567 (WhatsApp)",
            [{"number": "+49561900001"}, {"number": "+491701234567", "type": "whatsapp"}],
        ),
        ("0561 900001 Mo-Fr 9-12 Uhr", [{"number": "+49561900001", "note": "Mo-Fr 9-12 Uhr"}]),
        ("0561 90000-12 DW 5", [{"number": "+495619000012", "extension": "5"}]),
        (["0561 900001", "0561 900001"], [{"number": "+49561900001"}]),
        ({"number": "0561 900001", "type": "mobile"}, [{"number": "+49561900001", "type": "mobile"}]),
    ],
)
def test_several_numbers_with_what_they_are_for(
    written: Any, expected: list[dict[str, str]], value: Value, codes: Codes
) -> None:
    """Types and times of a number are worth keeping."""
    assert value("phones", written) == expected
    assert codes("phones", written) == []


def test_a_name_beside_a_number_is_not_published(value: Value, codes: Codes) -> None:
    """An association's number is public; the person who answers it is not."""
    assert value("phones", "0561 900001 (Frau Mustermann)") == [{"number": "+49561900001"}]
    assert codes("phones", "0561 900001 (Frau Mustermann)") == ["PHONE_NOTE_LEFT_OUT"]


@pytest.mark.parametrize(
    ("written", "expected", "noticed"),
    [
        ("5617871234", "+495617871234", "PHONE_ZERO_ADDED"),
        (5617871234, "+495617871234", "PHONE_ZERO_ADDED"),
        (5617871234.0, "+495617871234", "PHONE_ZERO_ADDED"),
        ("495617871234", "+495617871234", "PHONE_PLUS_ADDED"),
        ("4,9561E+11", None, "PHONE_SPREADSHEET_NUMBER"),
        ("7871234", None, "PHONE_NO_AREA"),
        ("siehe Webseite", None, "PHONE_UNREADABLE"),
        ("0561", None, "PHONE_UNREADABLE"),
        ("0561 123-45/46", "+4956112345", "PHONE_ENDING_LEFT_OUT"),
    ],
)
def test_damaged_numbers_are_mended_or_explained(
    written: Any, expected: str | None, noticed: str, value: Value, codes: Codes
) -> None:
    """Spreadsheets take zeros, pluses and whole digits away."""
    assert value("phone", written) == expected
    assert codes("phone", written) == [noticed]


@pytest.mark.parametrize(
    ("written", "endings"),
    [
        ("0561 90000-74 / -75", ["74", "75"]),
        ("0561 90000-74/-75", ["74", "75"]),
        ("+49 561 90000-74 oder -75", ["74", "75"]),
        ("Tel. 0561-90000-74, -75, -176", ["74", "75", "176"]),
        ("0561/90000-74, 0561/90000-75", ["74", "75"]),
    ],
)
def test_numbers_that_share_their_beginning_are_several(
    written: str, endings: list[str], value: Value, codes: Codes
) -> None:
    """Two endings joined to one number would call a stranger."""
    assert value("phones", written) == [{"number": f"+4956190000{ending}"} for ending in endings]
    assert codes("phones", written) == []


@pytest.mark.parametrize(
    "written",
    [
        "(0561) 9 00 00-31, 32",
        "0561 90000-31/32",
        "0561 90000-31 - 33",
        "0561 9000031 / -32",
        "0561 90000-31 und 32",
    ],
)
def test_what_may_be_an_ending_or_not_is_never_joined(written: str, value: Value, codes: Codes) -> None:
    """The first number is sure, and a hint asks for the others in full."""
    assert value("phones", written) == [{"number": "+495619000031"}]
    assert codes("phones", written) == ["PHONE_ENDING_LEFT_OUT"]


@pytest.mark.parametrize(
    ("written", "number", "note"),
    [
        ("0561 90000-12, Mo 9-12", "+495619000012", "Mo 9-12"),
        ("0561 / 900 00 74", "+495619000074", None),
        ("0561 - 90000 - 74", "+495619000074", None),
    ],
)
def test_what_is_no_ending_stays(written: str, number: str, note: str | None, value: Value) -> None:
    """Blanks, slashes and dashes inside of one number are usual, and so are hours behind it."""
    assert value("phones", written) == [{"number": number} | ({"note": note} if note else {})]


@pytest.mark.parametrize(
    "task", ["treffen", "fahrrad-repair", "garten", "mütter.treff", "naehen", "deutschkurs"]
)
def test_an_activity_is_a_role_only_at_an_own_domain(task: str) -> None:
    """Garten is a task at an association, and may be somebody's name at a provider of mail."""
    assert is_role_address(f"{task}@bruecke.example")
    assert not is_role_address("garten@gmx.de")
    assert not is_role_address("m.garten@bruecke.example")
    assert not is_role_name("Garten")


@pytest.mark.parametrize(
    ("written", "expected", "noticed"),
    [
        ("Info@Verein.example", "info@verein.example", []),
        ("mailto:info@verein.example?subject=x", "info@verein.example", []),
        ("info@verein.example.", "info@verein.example", ["EMAIL_MENDED"]),
        ("Verein <info@verein.example>", "info@verein.example", []),
        ("info@müller-verein.example", "info@müller-verein.example", []),
        ("info(at)verein.example", "info@verein.example", ["EMAIL_MENDED"]),
        ("info [at] verein [dot] example", "info@verein.example", ["EMAIL_MENDED"]),
        ("info @ verein.example", "info@verein.example", ["EMAIL_MENDED"]),
        ("a@x.example; b@y.example", "a@x.example", ["SEVERAL_VALUES"]),
        ("nein", None, []),
        ("info@verein", None, ["EMAIL_UNREADABLE"]),
        ("a@b@c.example", None, ["EMAIL_UNREADABLE"]),
        ("www.verein.example", None, ["EMAIL_UNREADABLE"]),
        ("info＠verein．example", "info@verein.example", ["EMAIL_MENDED"]),
        ("info@ verein. example", "info@verein.example", ["EMAIL_MENDED"]),
        ("info @verein.example. Bitte schreiben", "info@verein.example", ["EMAIL_MENDED"]),
        ("info&#64;verein.example", "info@verein.example", []),
        ('<a href="mailto:info@verein.example">Mail</a>', "info@verein.example", []),
        ("info@verein.example\nTel: 0561 900012", "info@verein.example", []),
        ("a@x.example/b@y.example", "a@x.example", ["EMAIL_MENDED", "SEVERAL_VALUES"]),
    ],
)
def test_mail_addresses(
    written: str, expected: str | None, noticed: list[str], value: Value, codes: Codes
) -> None:
    """One address in small letters, without what people and mail programs put around it."""
    assert value("email", written) == expected
    assert codes("email", written) == noticed


@pytest.mark.parametrize(
    ("written", "nearest"),
    [
        ("info@verein.example\r\nBcc: x@evil.example", None),
        ("info@verein.example%0d%0aBcc:x@evil.example", None),
        ("mailto:info@verein.example%0D%0ABcc:x@evil.example", None),
        ("mailto:info@verein.example?subject=x&bcc=x@evil.example", None),
        ("info@verein.example?cc=x@evil.example", None),
        ("info@verein.example, Bcc: x@evil.example", None),
        ("info@verein.example%2Cx@evil.example", None),
        ("info@verein.example@evil.example", None),
        ("info@verein, x@evil.example", None),
        ("E-Mail/info@verein.example", None),
        (".post@verein.example", "post@verein.example"),
        ("post.@verein.example", "post@verein.example"),
        ("post@.verein.example", "post@verein.example"),
        ("po..st@verein.example", "po.st@verein.example"),
        ("info@@verein.example", "info@verein.example"),
    ],
)
def test_nothing_is_mended_into_another_mail_address(
    written: str, nearest: str | None, value: Value, context: Context
) -> None:
    """Mail to an association must not reach somebody whom a cell smuggles in; what may be meant is only asked."""
    reading = read("email", written, context)

    assert reading.value is None
    assert [(finding.code, finding.nearest) for finding in reading.findings] == [
        ("EMAIL_UNREADABLE", nearest)
    ]


@pytest.mark.parametrize(
    ("written", "expected", "noticed"),
    [
        ("www.verein.example", "https://www.verein.example", []),
        ("HTTPS://WWW.Verein.example/", "https://www.verein.example", []),
        ("http://verein.example/Pfad?x=1", "http://verein.example/Pfad?x=1", []),
        ("https://müller.example/straße", "https://müller.example/straße", []),
        ("verein.example", "https://verein.example", ["URL_MENDED"]),
        ("http//verein.example", "https://verein.example", ["URL_MENDED"]),
        ("https://https://verein.example", "https://verein.example", ["URL_MENDED"]),
        ("www.a.example und www.b.example", "https://www.a.example", ["SEVERAL_VALUES"]),
        ("Termine auf www.a.example", "https://www.a.example", ["URL_REST_LEFT_OUT"]),
        ("@verein", None, ["URL_ONLY_HANDLE"]),
        ("info@verein.example", None, ["URL_UNREADABLE"]),
        ("localhost", None, ["URL_UNREADABLE"]),
        ("http://127.0.0.1/", None, ["URL_UNREADABLE"]),
        ("http://2130706433/", None, ["URL_UNREADABLE"]),
        ("im Aufbau", None, ["URL_UNREADABLE"]),
        ("https://verein.example/?a=1&amp;b=2", "https://verein.example/?a=1&b=2", []),
        ("www.verein.example/?a=1&copy=2&amp;lt=3", "https://www.verein.example/?a=1&copy=2&lt=3", []),
        ('<a href="https://verein.example/?a=1&amp;b=2">Webseite</a>', "https://verein.example/?a=1&b=2", []),
        ("https:// verein.example", "https://verein.example", ["URL_MENDED"]),
        ("https://verein eins.example", None, ["URL_UNREADABLE"]),
        ("https://verein\nwww.eins.example", None, ["URL_UNREADABLE"]),
        ("www.verein eins.example", None, ["URL_UNREADABLE"]),
        ("www.verein .example.org", None, ["URL_UNREADABLE"]),
        ("www. verein.example", None, ["URL_UNREADABLE"]),
        ("https://verein.example%0d%0aSet-Cookie:x", None, ["URL_UNREADABLE"]),
        ("https://verein.example/%0D%0ASet-Cookie:x", None, ["URL_UNREADABLE"]),
        ("https://.verein.example", None, ["URL_UNREADABLE"]),
        ("https://verein..example", None, ["URL_UNREADABLE"]),
        ("https://verein.example@evil.example", None, ["URL_WITH_USER"]),
        ("https://name:wort@verein.example", None, ["URL_WITH_USER"]),
        ("javascript:alert(1)", None, ["URL_SCHEME_REFUSED"]),
        ("data:text/html,x", None, ["URL_SCHEME_REFUSED"]),
        ("java\u200bscript:alert(1)", None, ["URL_SCHEME_REFUSED"]),
        ("https://verein.example\\@evil.example/", None, ["URL_UNREADABLE"]),
        ('https://verein.example/"onclick="x', None, ["URL_UNREADABLE"]),
    ],
)
def test_web_addresses(
    written: str, expected: str | None, noticed: list[str], value: Value, codes: Codes
) -> None:
    """Only http and https become links, and none that says another host than it shows."""
    assert value("url", written) == expected
    assert codes("url", written) == noticed
