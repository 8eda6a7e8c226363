"""The .eml file: opened as a mail program would."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import html5lib
import pytest

from allin_hub.testing import render, sample
from allin_schemas import Organisation

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "{{ 7*7 }}{% raw %}",
    "javascript:alert(1)",
    "<!--<script>",
    "<svg/onload=alert(1)>",
    "&lt;b&gt;&#60;i&#62;",
    "]]><!DOCTYPE html><p id=x>",
    "a\u2028Bcc: x@y.example",
    "a\u2029\u0085Bcc: x@y.example",
    "=?utf-8?q?=0D=0ABcc:_x@y.example?=",
    "a\tb\x00c",
]


def opened(data: bytes) -> EmailMessage:
    """The message as Python's parser reads it."""
    message = message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def parts(message: EmailMessage) -> tuple[str, str]:
    """Text and HTML."""
    text, page = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert page is not None
    return text.get_content(), page.get_content()


@pytest.mark.parametrize("language", ["de", "en", "ar"])
def test_opens_with_both_parts_and_its_headers(
    newsletter: Any, news: Any, entities: Any, language: str
) -> None:
    """Every mail program finds subject, sender, both parts and the way out."""
    files = render(newsletter(), news(entities), title="ALL IN Kassel")
    message = opened(files[f"2026-W48/{language}.eml"])
    text, page = parts(message)

    assert message.defects == []
    assert message.get_content_type() == "multipart/alternative"
    assert message["Subject"].startswith("ALL IN Kassel: ")
    assert message["From"].addresses[0].addr_spec == "rundbrief@servicestelle.example"
    assert message["Date"].datetime.isoformat() == "2026-11-23T09:00:00+01:00"
    assert message["Message-ID"] == f"<2026-W48.{language}.rundbrief@servicestelle.example>"
    assert message["List-Id"] == "<rundbrief.servicestelle.example>"
    assert message["List-Unsubscribe"].startswith("<https://verzeichnis.example/abmelden>, <mailto:")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Content-Language"] == language
    assert text.replace("\r\n", "\n").encode() == files[f"2026-W48/{language}.txt"]
    assert page.replace("\r\n", "\n").strip().encode() == files[f"2026-W48/{language}.html"].strip()


@pytest.mark.parametrize("language", ["de", "en", "ar"])
def test_both_parts_say_the_same(newsletter: Any, news: Any, entities: Any, language: str) -> None:
    """Who reads the text part misses nothing."""
    files = render(newsletter(), news(entities))
    text = " ".join(files[f"2026-W48/{language}.txt"].decode().split())
    page = files[f"2026-W48/{language}.html"].decode().replace("<br>", " ")
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    shown = [
        " ".join("".join(element.itertext()).split())
        for element in tree.iter()
        if element.tag in {"h1", "h2", "p", "a"}
    ]

    assert [said for said in shown if said not in text] == []
    assert len(shown) > 30


def test_text_part_is_wrapped_for_any_mail_program(newsletter: Any, news: Any, entities: Any) -> None:
    """No line but an address is longer than 72 characters."""
    text = render(newsletter(), news(entities))["2026-W48/de.txt"].decode()

    assert [line for line in text.splitlines() if len(line) > 72 and "https://" not in line] == []


def test_html_part_loads_nothing(newsletter: Any, news: Any, entities: Any) -> None:
    """No image, font, script or style sheet from anywhere: nobody learns who opened the mail."""
    page = render(newsletter(), news(entities))["2026-W48/ar.html"].decode()
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    tags = {element.tag for element in tree.iter() if isinstance(element.tag, str)}

    assert not tags & {"img", "script", "link", "iframe", "svg", "form", "object", "video", "audio"}
    assert "url(" not in page
    assert "@import" not in page
    assert '<html lang="ar" dir="rtl">' in page
    assert "prefers-color-scheme: dark" in page
    assert "max-width: 600px" in page


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_names_stay_text(newsletter: Any, news: Any, change: Any, hostile: str) -> None:
    """What a partner writes becomes no element, no attribute and no header."""
    plain = {"one": sample(Organisation, name="Verein", slug="verein", description={"de": {"text": "Text."}})}
    attack = {"one": plain["one"].model_copy(update={"name": hostile, "languages": []})}
    files = render(newsletter(), news(attack, change(attack, "one")))
    harmless = render(newsletter(), news(plain, change(plain, "one")))

    def shape(page: bytes) -> list[tuple[str, list[str]]]:
        tree = html5lib.parse(page.decode(), namespaceHTMLElements=False)
        return [(str(element.tag), sorted(element.attrib)) for element in tree.iter()]

    message = opened(files["2026-W48/de.eml"])
    assert shape(harmless["2026-W48/de.html"]) == shape(files["2026-W48/de.html"])
    assert opened(harmless["2026-W48/de.eml"]).keys() == message.keys()
    assert message["Bcc"] is None


@pytest.mark.parametrize(
    "hostile", ["A\r\nBcc: x@y.example", "=?utf-8?q?=0D=0ABcc:_x@y.example?=", "A\u2028B\x85C"]
)
def test_hub_title_and_sender_name_add_no_header(
    newsletter: Any, news: Any, entities: Any, hostile: str
) -> None:
    """Also what the office itself writes goes through the same door."""
    message = opened(
        render(newsletter(sender_name=hostile), news(entities), title=hostile)["2026-W48/de.eml"]
    )

    assert message["Bcc"] is None
    assert len(message["From"].addresses) == 1
    assert message["From"].addresses[0].addr_spec == "rundbrief@servicestelle.example"
    assert "\n" not in message["Subject"]


def test_one_click_is_offered_only_over_https(newsletter: Any, news: Any, entities: Any) -> None:
    """RFC 8058 asks for https; over http the page is named and nothing more."""
    message = opened(
        render(newsletter(unsubscribe_url="http://verzeichnis.example/ab"), news(entities))["2026-W48/de.eml"]
    )

    assert message["List-Unsubscribe-Post"] is None


def test_boundary_and_lines_survive_any_relay(newsletter: Any, news: Any, entities: Any) -> None:
    """Seven bits and short lines: no relay has a reason to change a signed byte."""
    data = render(newsletter(), news(entities))["2026-W48/ar.eml"]

    assert data.isascii()
    assert max(map(len, data.split(b"\r\n"))) <= 78
    assert b"\n" not in data.replace(b"\r\n", b"")
