"""Small groups of persons cannot be worked out from the figures around them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from allin_hub.privacy.suppression import LEAST_PERSONS, hide_small, protected, rounded


def test_groups_of_five_and_more_are_shown() -> None:
    """The threshold is 5 persons."""
    assert hide_small({"de": 5, "tr": 12}) == {"de": 5, "tr": 12}


def test_a_single_hidden_group_takes_the_next_smallest_with_it() -> None:
    """Else it would follow from the total."""
    assert hide_small({"de": 30, "tr": 12, "ar": 3}) == {"de": 30, "tr": None, "ar": None}


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 40), min_size=1))
def test_no_hidden_figure_follows_from_the_total(counts: dict[str, int]) -> None:
    """With all shown figures and the total known, each hidden group can still have at least five sizes."""
    shown = hide_small(counts)
    hidden = [label for label, count in shown.items() if count is None]

    assert all(count is None or count >= LEAST_PERSONS for count in shown.values())
    if hidden and len(hidden) < len(counts):
        total = sum(counts[label] for label in hidden)
        assert len(hidden) >= 2
        assert total - (len(hidden) - 1) >= LEAST_PERSONS


def test_figures_of_persons_are_rounded_to_five() -> None:
    """Two people more or less are not seen."""
    assert [rounded(count) for count in (5, 7, 8, 12, 13)] == [5, 5, 10, 10, 15]
    assert protected({"de": 12, "tr": 8}, {}) == {"de": 10, "tr": 10}
    assert protected({"de": 12, "tr": 8, "ar": 4}, {}) == {"de": 10, "tr": None, "ar": None}


def test_people_of_fewer_than_three_organisations_are_no_figure() -> None:
    """And one more group goes with them."""
    assert protected({"de": 30, "tr": 12, "ar": 9}, {"de": 8, "tr": 3, "ar": 2}) == {
        "de": 30,
        "tr": None,
        "ar": None,
    }
