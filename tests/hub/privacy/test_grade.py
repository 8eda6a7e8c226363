"""Pins the figures on texts written without sight of the rules: finding less, or masking more wrongly, fails here."""

from __future__ import annotations

import json

import pytest
from tests.hub.privacy.grade import SETS, TEXTS, digests, grade, graded

SHA256 = json.loads((TEXTS / "sha256.json").read_text(encoding="utf-8"))


def test_the_texts_are_as_they_were_written() -> None:
    """Texts that were mended to fit the rules judge nothing."""
    assert SHA256 == digests()


def test_the_committed_figures_are_those_of_today() -> None:
    """`python -m tests.hub.privacy.grade` writes them anew."""
    assert json.loads((TEXTS / "graded.json").read_text(encoding="utf-8")) == graded()


@pytest.mark.parametrize(("figure", "least"), [("contact", 646 / 658), ("names_by_cue_or_known", 230 / 246)])
def test_no_figure_falls(figure: str, least: float) -> None:
    """What was reached is the floor."""
    some, of_all, _ = grade(SETS)[figure]

    assert some / of_all >= least


def test_no_more_masks_are_wrong() -> None:
    """Of all masks, this share touches nothing that had to be held."""
    wrong, of_all, _ = grade(SETS)["masks_wrong"]

    assert wrong / of_all <= 39 / 1010
