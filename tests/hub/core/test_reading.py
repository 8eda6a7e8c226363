"""Who reads sees one moment of the database, however long it takes; and two moments are told apart by any value."""

from __future__ import annotations

from typing import Any

from allin_hub.store import runs
from allin_hub.store.checksums import sums_of
from allin_hub.store.engine import reading, writing


def test_a_reader_sees_one_moment_while_others_commit(office: Any) -> None:
    """A backup, a move and a publish read table by table: what came in between would be half there."""
    office.settings('[hub]\ntitle = "Test"\n')
    hub = office.open()
    seen = []
    with reading(hub.engine) as connection:
        for word in ("first", "second"):
            seen.append(runs.fact(connection, "word"))
            with writing(hub.engine) as other:
                runs.save_fact(other, "word", word)
    with reading(hub.engine) as connection:
        seen.append(runs.fact(connection, "word"))
    hub.close()

    assert [None, None, "second"] == seen


def test_a_sum_changes_with_any_value(office: Any) -> None:
    """A move compares by sums: a value that came out otherwise on the way has to show."""
    office.settings('[hub]\ntitle = "Test"\n')
    hub = office.open()
    sums = []
    for word in ("one", "two", "one"):
        with writing(hub.engine) as connection:
            runs.save_fact(connection, "word", word)
            sums.append(sums_of(connection))
    hub.close()

    assert sums[0] == sums[2]
    assert {"hub_fact"} == {name for name in sums[0] if sums[0][name] != sums[1][name]}
    assert sums[0]["hub_fact"].rows == sums[1]["hub_fact"].rows
