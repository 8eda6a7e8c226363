"""The site as people meet it: opened from disk, by keyboard, in every language, without a foreign request."""

import json
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait
from tests.axe_core import violations

pytestmark = pytest.mark.browser
LANGUAGES = ("de", "en", "ar")


def page_types(folder: Path, language: str) -> list[str]:
    """One page of every type, with everything on it that the type can show."""
    home = folder / language

    def one(pattern: str) -> str:
        return str(min(home.glob(pattern)).relative_to(folder))

    return [
        f"{language}/index.html",
        f"{language}/organisations/index.html",
        one("organisations/language-tr.html"),
        one("organisations/afrikanischer*.html"),
        one("events/index.html"),
        one("events/sprachcafe*.html"),
        one("events/elternabend*.html"),
        one("opportunities/index.html"),
        one("opportunities/lesepatin*.html"),
        one("needs/advice.html"),
        one("needs/rooms.html"),
        *(f"{language}/{name}.html" for name in ("imprint", "privacy", "accessibility", "downloads")),
    ]


def show(browser: Any, folder: Path, path: str, scheme: str = "light", width: int = 1280) -> None:
    """Open a page from disk."""
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    size = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get("about:blank")
    browser.get(f"{folder.as_uri()}/{path}")


LOOKS = {"de": ("light", 1280), "en": ("dark", 390), "ar": ("dark", 1280)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_on_any_page_type(browser: Any, axe: str, folder: Path, language: str) -> None:
    """In light and dark colours, on a wide screen and on a phone, in every language."""
    found = []
    for path in [*page_types(folder, language), "404.html"]:
        show(browser, folder, path, *LOOKS[language])
        found += [(path, *violation) for violation in violations(browser, axe)]

    assert found == []


def test_axe_finds_what_is_wrong(browser: Any, axe: str, folder: Path) -> None:
    """The test above would notice: a picture without words, a grey text on grey, two buttons too small to be hit."""
    show(browser, folder, "de/imprint.html")
    tiny = '<button style="min-width: 0; width: 9px; height: 9px; min-height: 0; padding: 0; margin: 0">x</button>'
    wrong = f'<img src="../assets/icon.svg"><p id="grey">Grau</p><div>{tiny}{tiny}</div>'
    browser.execute_script(f"document.querySelector('h1').insertAdjacentHTML('afterend', '{wrong}')")
    browser.execute_script("document.getElementById('grey').style.color = '#cccccc'")
    found = {rule for rule, _ in violations(browser, axe)}

    assert {"image-alt", "color-contrast", "target-size"} <= found


def test_the_search_finds_a_kulturverein_typed_with_a_typo_by_keyboard_alone(
    browser: Any, folder: Path
) -> None:
    """Tab to the field, type, Tab to the first result, Enter: no mouse, no server."""
    show(browser, folder, "de/index.html")
    for _ in range(30):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        if browser.switch_to.active_element.get_attribute("id") == "q":
            break
    browser.switch_to.active_element.send_keys("Kulturvrein")
    WebDriverWait(browser, 60).until(
        lambda browser: "Treffer" in browser.find_element(By.CSS_SELECTOR, "[role=status]").text
    )

    assert "Kulturverein" in browser.find_element(By.CSS_SELECTOR, ".found a").text
    assert "q=Kulturvrein" in browser.current_url

    browser.switch_to.active_element.send_keys(Keys.TAB)
    first = browser.switch_to.active_element.text
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    WebDriverWait(browser, 60).until(lambda browser: "/organisations/" in browser.current_url)

    assert "Kulturverein" in first
    assert browser.find_element(By.TAG_NAME, "h1").text == first


@pytest.mark.parametrize(
    ("language", "typed", "found"),
    [
        ("de", "turkisch eltern", "Türkischer Elternverein Nordstadt"),
        ("de", "nachbarshaft", "Nachbarschaftshilfe"),
        ("ar", "الامل", "جمعية الأمل الثقافية"),
        ("en", "громада", "Українська громада Касселя"),
        ("en", "Swahili", "Afrikanischer Kulturverein Sankofa e.V."),
        ("de", "frauencafe", "Kurdisches Frauencafé Jiyan"),
    ],
)
def test_every_script_is_found_as_people_type_it(
    browser: Any, folder: Path, language: str, typed: str, found: str
) -> None:
    """Accents, hamza, case and small slips do not keep anyone from a result."""
    show(browser, folder, f"{language}/index.html#q={typed}")
    WebDriverWait(browser, 60).until(lambda browser: browser.find_elements(By.CSS_SELECTOR, ".found li"))

    assert found in browser.find_element(By.CSS_SELECTOR, ".found").text


def test_a_postal_code_is_no_slip_of_its_neighbour(browser: Any, folder: Path) -> None:
    """34125 finds who is there and not the dozen organisations of 34127."""
    show(browser, folder, "de/index.html#q=34125")
    WebDriverWait(browser, 60).until(lambda browser: browser.find_elements(By.CSS_SELECTOR, ".found li"))
    found = browser.find_element(By.CSS_SELECTOR, ".found").text

    assert "Sprachcafé für alle" in found
    assert "Afrikanischer Kulturverein" not in found


def test_filters_combine_and_can_be_taken_off(browser: Any, folder: Path) -> None:
    """A list of one language takes a second filter, says how many are left, and gives the first one back."""
    show(browser, folder, "de/organisations/language-tr.html")
    browser.find_element(By.ID, "district").send_keys("Wesertor")
    status = browser.find_element(By.CSS_SELECTOR, "[role=status]")
    WebDriverWait(browser, 60).until(lambda _: status.text)

    chips = [chip.text for chip in browser.find_elements(By.CSS_SELECTOR, ".chips:not([hidden]) button")]

    assert chips == ["Türkisch ✕", "Wesertor ✕"]
    assert status.text == f"{len(browser.find_elements(By.CSS_SELECTOR, '.found li'))} Treffer"
    assert "district=Wesertor" in browser.current_url

    browser.find_element(By.CSS_SELECTOR, ".chips:not([hidden]) button").click()
    WebDriverWait(browser, 60).until(
        lambda browser: "organisations/index.html#district=Wesertor" in browser.current_url
    )


def test_the_arabic_pages_read_from_right_to_left(browser: Any, folder: Path) -> None:
    """Layout is mirrored, and a telephone number still reads from left to right."""
    show(browser, folder, page_types(folder, "ar")[3])
    brand = browser.find_element(By.CSS_SELECTOR, ".brand").rect
    number = browser.find_element(By.CSS_SELECTOR, "a[href^=tel] bdi")

    assert browser.execute_script("return getComputedStyle(document.body).direction") == "rtl"
    assert brand["x"] > 640
    assert number.get_attribute("dir") == "ltr"


OUTSIDE = """
    const wide = document.documentElement.clientWidth;
    const apart = '.scroll > *, .skip, .visually-hidden, option, script, style';
    const isOut = ({left, right, width}) => width && (left < -0.5 || right > wide + 0.5);
    const found = new Set();
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const text = document.createRange();
        text.selectNode(walk.currentNode);
        const it = walk.currentNode.nodeType === Node.TEXT_NODE ? walk.currentNode.parentElement : walk.currentNode;
        const boxes = it === walk.currentNode ? it.getClientRects() : text.getClientRects();
        if (!it.closest(apart) && it.checkVisibility() && [...boxes].some(isOut))
            found.add(`${it.tagName.toLowerCase()}.${it.className}: ${it.textContent.trim().slice(0, 40)}`);
    }
    if (document.documentElement.scrollWidth > wide) found.add('the page scrolls sideways');
    return [...found];
"""
"""What of a page lies beyond its edges: only the body of a table may, which scrolls by itself."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_is_wider_than_a_phone(browser: Any, folder: Path, language: str) -> None:
    """Nobody has to scroll sideways, not even at 320 pixels, which is 400 % zoom (WCAG 1.4.10); nothing is cut off."""
    outside = {}
    for path in [*page_types(folder, language), "404.html"]:
        show(browser, folder, path, width=320)
        outside[path] = browser.execute_script(OUTSIDE)

    assert {path: found for path, found in outside.items() if found} == {}


BROKEN = """
    const found = [], texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) for (const word of texts.currentNode.textContent.matchAll(/[^\\s\\-–\\/?&]+/g)) {
        const range = document.createRange();
        range.setStart(texts.currentNode, word.index);
        range.setEnd(texts.currentNode, word.index + word[0].length);
        const boxes = [...range.getClientRects()].filter((box) => box.width);
        const lines = new Set(boxes.map((box) => Math.round(box.top / 8)));
        if (lines.size > 1 && boxes.reduce((sum, box) => sum + box.width, 0) < 200) found.push(word[0]);
    }
    return found;
"""
"""Words that stand on two lines although they have room on one."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_word_that_fits_is_not_broken_on_a_phone(browser: Any, folder: Path, language: str) -> None:
    """Where every word may be broken, a table breaks those that have room: "Diensta-g"."""
    broken = {}
    for path in page_types(folder, language):
        show(browser, folder, path, width=320)
        broken[path] = browser.execute_script(BROKEN)

    assert {path: found for path, found in broken.items() if found} == {}


@pytest.mark.parametrize("language", ["de", "ar"])
def test_no_word_is_too_long_for_a_phone(browser: Any, folder: Path, language: str) -> None:
    """German names and the addresses of websites have no place to break a line at; the page breaks them."""
    lengthen = """
        const word = 'Integrationsbeauftragtenversammlungsgeschaeftsordnung@vereine.example';
        const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) {
            const it = texts.currentNode, stays = 'script, style, .tongues, .nowrap, .hours, .notice strong';
            if (it.textContent.trim() && !it.parentElement.closest(stays)) it.textContent = word;
        }
    """
    outside = {}
    for path in page_types(folder, language):
        show(browser, folder, path, width=320)
        browser.execute_script(lengthen)
        outside[path] = browser.execute_script(OUTSIDE)

    assert {path: found for path, found in outside.items() if found} == {}


def test_nothing_is_asked_of_another_server_and_nothing_is_blocked(browser: Any, folder: Path) -> None:
    """All requests stay on the disk, and the policy of the pages lets their own files through."""
    browser.get_log("browser")
    browser.get_log("performance")
    for path in page_types(folder, "de"):
        show(browser, folder, path)
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = {
        message["params"]["request"]["url"]
        for message in messages
        if message["method"] == "Network.requestWillBeSent"
    } - {"about:blank"}

    assert len(asked) > 15
    assert {url for url in asked if not url.startswith(folder.as_uri())} == set()
    assert browser.get_log("browser") == []


def test_every_target_is_large_enough_for_a_thumb(browser: Any, folder: Path) -> None:
    """Links that stand alone are at least 44 pixels high on a phone."""
    small = []
    for path in page_types(folder, "de"):
        show(browser, folder, path, width=390)
        small += browser.execute_script(
            "return [...document.querySelectorAll('a, button, select, input, summary')]"
            ".filter((it) => it.offsetParent && !it.closest('p:not(.no-print), .skip, .said'))"
            ".filter((it) => it.getBoundingClientRect().height < 43.5)"
            ".map((it) => location.pathname.split('/').pop() + ': ' + it.textContent.trim().slice(0, 40))"
        )

    assert small == []


def test_what_was_read_this_morning_was_read_today_in_the_evening_too(browser: Any, folder: Path) -> None:
    """Days are counted on the calendar: from noon on, half a day rounded was a day, and today was yesterday."""
    path = str(min((folder / "de/organisations").glob("afrikanischer*.html")).relative_to(folder))
    clock = """
        const Given = Date, now = Given.UTC(2026, 10, 23, 21, 30);
        Date = class extends Given {
            constructor(...all) { all.length ? super(...all) : super(now); }
            static now() { return now; }
        };
        const days = new Proxy({}, { get: () => "2026-11-23" });
        Object.defineProperty(window, "ALLIN_READ", { get: () => days, set: () => {} });
    """
    added = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": clock})
    browser.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": "Europe/Berlin"})
    try:
        show(browser, folder, path)
        said = browser.find_element(By.CSS_SELECTOR, "[data-source]").text
    finally:
        browser.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": ""})
        browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)

    assert said.endswith("zuletzt gelesen heute")
