"""What is asked of an output's pages: valid, their own, in every language, of nothing, of hostile texts."""

from __future__ import annotations

import pytest

from allin_hub.testing import file_checks
from allin_hub.testing.canaries import city, hostile
from allin_hub.testing.failure_text import some
from allin_hub.testing.output_fixture import Publications, half_file

ALONE = ("ar", "uk", "zh-Hans")


class PageChecks(Publications):
    """The checks of pages and other files that people open."""

    def test_pages_are_valid_html(self) -> None:
        """A page that a parser has to guess at is a page that a screen reader stumbles over."""
        made = [self.publish(city()), *map(self._alone, ALONE)]
        whole = [contents for contents in made if isinstance(contents, dict)]
        for path, content in (page for contents in whole for page in self._pages(contents)):
            faults = list(file_checks.html_faults(content))
            if faults:
                self.told(
                    "Pages are valid HTML, with language and direction.",
                    f"{path}: {some(faults)}",
                    "mend the template",
                )

    def test_pages_ask_nobody_else(self) -> None:
        """Whoever reads a page tells no third party; a page opened from a disk is complete."""
        for path, content in self.publish(city()).items():
            faults: list[str] = []
            if file_checks.kind_of(path) in file_checks.PAGES:
                faults = list(file_checks.foreign_requests(content))
            elif file_checks.kind_of(path) == ".css":
                faults = list(file_checks.foreign_styles(content.decode("utf-8")))
            if faults:
                self.told(
                    "Pages load nothing from elsewhere, and carry no script in themselves.",
                    f"{path}: {some(dict.fromkeys(faults))}",
                    "yield scripts, styles, fonts and pictures as files of your own",
                )

    @pytest.mark.parametrize("language", ["de", "en", "ar", "uk", "zh-Hans"])
    def test_every_language_alone(self, language: str) -> None:
        """An office may have one language, also one written from right to left, or one without texts."""
        contents = self._alone(language)
        if isinstance(contents, Exception):
            self.told(
                "An output publishes in every single language.",
                f"in '{language}' alone it stopped with {type(contents).__name__}: {contents}",
                "fall back to English texts, and leave no link to a page that is not made",
            )
            return
        if not contents:
            self.told(
                "An output publishes in every single language.",
                f"in '{language}' alone it made no file",
                "fall back to English texts",
            )

    def _alone(self, language: str) -> dict[str, bytes] | Exception:
        """What it makes of a city in one language; or why not, which test_every_language_alone tells."""
        try:
            return self.publish(city(), (language,))
        except Exception as error:
            return error

    def test_an_empty_hub_publishes(self) -> None:
        """The first publish of an office often has nothing to show."""
        rule = "An empty hub publishes a page that says so."
        try:
            contents = self.publish([])
        except Exception as error:
            self.told(
                rule, f"it stopped with {type(error).__name__}: {error}", "do not rely on a first entry"
            )
            return
        if not contents:
            self.told(rule, "it made no file", "yield the index also where nothing is to be listed")
        half = half_file(contents)
        if half:
            self.told(rule, half, "make whole files also of nothing")

    def test_hostile_texts_stay_text(self) -> None:
        """What a partner writes is text, in pages, tables, calendars and mails."""
        rule = "A text from data stays text."
        try:
            contents = self.publish(hostile())
        except Exception as error:
            self.told(rule, f"it stopped with {type(error).__name__}: {error}", "let any text pass")
            return
        for path, content in contents.items():
            fault = file_checks.broken(path, content) or file_checks.escaped_text(path, content)
            if fault:
                self.told(
                    rule,
                    f"{path}: {fault}",
                    "make pages with run.page, tables with csv_file, calendars with calendar, and JSON with json.dumps",
                )
