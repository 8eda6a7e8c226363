"""What is sealed opens with its key alone, as it was; and no nonce serves twice."""

from __future__ import annotations

import base64
import subprocess
import sys
from array import array

import pytest

from allin_hub.base.bindings import (
    of_answers,
    of_claim,
    of_entity,
    of_held_run,
    of_problem,
    of_raw,
    of_reference,
)
from allin_hub.base.encryption import KEY_BYTES, Keys, Rehasher, Sealer
from allin_hub.base.errors import ConfigError, StoreError

IN_TWO = """
import os
from allin_hub.base.encryption import KEY_BYTES, Keys, Sealer

sealer = Sealer(Keys.from_one(bytes(KEY_BYTES)))
sealer.seal("before", b"")
told, tells = os.pipe()
child = os.fork()
nonce = sealer.seal("after", b"")[5:17].hex()
if not child:
    os.write(tells, nonce.encode())
    os._exit(0)
os.waitpid(child, 0)
print(nonce, os.read(told, 100).decode())
"""


def test_two_processes_of_one_sealer_never_take_the_same_nonce() -> None:
    """Nonces are drawn ahead; one that serves twice gives away both records, and the key of the seal."""
    done = subprocess.run([sys.executable, "-c", IN_TWO], capture_output=True, text=True, check=True)

    first, second = done.stdout.split()
    assert first != second


def test_no_nonce_is_repeated_when_the_drawn_ones_run_out() -> None:
    """They are drawn by the hundred."""
    sealer = Sealer(Keys.from_one(bytes(KEY_BYTES)))

    assert 1500 == len({sealer.seal("same", b"")[5:17] for _ in range(1500)})


BOUND = of_claim(7, 2)


def one_key(number: int = 0) -> Sealer:
    """The keys of a hub.key that an earlier release made."""
    return Sealer(Keys.from_one(bytes([number] * KEY_BYTES)))


@pytest.mark.parametrize("place", [0, 1, 5, 17, -1])
def test_a_changed_byte_or_another_key_opens_nothing(place: int) -> None:
    """Neither the version, the key's id, the nonce, the content nor the seal itself may be anything else."""
    sealed = one_key().seal({"name": "Kanarina"}, BOUND)
    changed = bytearray(sealed)
    changed[place] ^= 1

    for sealer, content in ((one_key(), bytes(changed)), (one_key(1), sealed), (one_key(), sealed[:9])):
        with pytest.raises(StoreError):
            sealer.unseal(content, BOUND)


@pytest.mark.parametrize(
    "other",
    [
        of_claim(7, 1), of_claim(72, 2), of_raw(7), of_problem(7), of_reference(7, "org_id"), of_answers(7, "2"),
        of_held_run("7"), of_entity("person", "7"), b"",
    ],
)  # fmt: skip
def test_a_sealed_value_opens_only_for_what_it_is_and_for_whose_it_is(other: bytes) -> None:
    """Moved to another record, another version of it or another kind of value, it says so by its ids and opens not."""
    sealed = one_key().seal({"name": "Kanarina"}, BOUND)

    assert {"name": "Kanarina"} == one_key().unseal(sealed, BOUND)
    with pytest.raises(StoreError, match="changed, or belongs to another record") as refused:
        one_key().unseal(sealed, other)
    assert "Kanarina" not in str(refused.value)


def test_a_value_under_another_key_is_told_from_one_that_was_changed() -> None:
    """The one wants its hub.key, the other its backup."""
    with pytest.raises(StoreError, match=r"'claim 7 version 2' was not sealed with this hub\.key"):
        one_key(1).unseal(one_key().seal("x", BOUND), BOUND)


def test_no_two_records_have_one_binding() -> None:
    """Every part of it ends where the next one begins."""
    bindings = [
        *(of_claim(one, two) for one in (1, 11, 111) for two in (1, 11)),
        *(of_reference(one, name) for one in (1, 11) for name in ("org_id", "organiser_org_id")),
        *(of(number) for of in (of_raw, of_problem) for number in (1, 11)),
        *(of_entity(kind, id) for kind in ("person", "event") for id in ("a", "b")),
    ]

    assert len(bindings) == len(set(bindings))


def test_keys_are_written_and_read_again() -> None:
    """In a file each on its line; in a variable with spaces between."""
    keys = Keys.new().with_new_hashing_key()

    assert keys == Keys.parsed(keys.written(), "hub.key") == Keys.parsed(keys.written(" "), "HUB_KEY")
    assert ["seal", "hash", "hash"] == [line.partition(":")[0] for line in keys.written().splitlines()]
    assert "Keys" in repr(keys)
    assert base64.b64encode(keys.sealing).decode() not in repr(keys)


def test_one_key_of_an_earlier_release_is_both_until_they_are_rotated() -> None:
    """Its hashes and its mark are those that the database knows."""
    keys = Keys.parsed("QUxMIElOIGh1YjogYW4gaW52ZW50ZWQga2V5IG9ubHk=", "hub.key")
    before, sealed_anew, hashed_anew = map(
        Sealer, (keys, keys.with_new_sealing_key(), keys.with_new_hashing_key())
    )

    assert "2b5b3d66d8ef8ca3366df77a030d1e0c" == before.mark().hex()
    assert before.hash(b"x") == sealed_anew.hash(b"x") != hashed_anew.hash(b"x")
    assert keys.sealing == hashed_anew.keys.sealing != sealed_anew.keys.sealing
    assert 3 == len({one.mark() for one in (before, sealed_anew, hashed_anew)})


@pytest.mark.parametrize(
    "written",
    [
        "",
        "seal:AAAA hash:AAAA",
        "nonsense!",
        "{seal}",
        "{hash}",
        "{seal} {seal} {hash}",
        "{seal} {hash} x:{seal}",
    ],
)
def test_what_are_no_keys_is_refused_by_name(written: str) -> None:
    """Half a key file must not become another hub's key."""
    key = base64.b64encode(bytes(KEY_BYTES)).decode()

    with pytest.raises(ConfigError, match="hub"):
        Keys.parsed(written.format(seal=f"seal:{key}", hash=f"hash:{key}"), "hub.key")


def test_a_hash_is_renewed_from_its_old_value_alone() -> None:
    """So nothing has to be there any more of which it was made; twice over as well."""
    keys, texts = Keys.new(), [b"one", b"two", b""]
    sealer = Sealer(keys)
    known = (
        sealer.hashes(texts),
        sealer.numbers(texts).tolist(),
        [sealer.slot(text.decode()) for text in texts],
    )
    for _ in range(2):
        keys = keys.with_new_hashing_key()
        new, old = Sealer(keys), known
        again = Rehasher(keys.hashing[-1])
        known = new.hashes(texts), new.numbers(texts).tolist(), [new.slot(text.decode()) for text in texts]

        assert known[0] == [again.hash(one) for one in old[0]]
        assert known[1] == [again.number(one) for one in old[1]]
        assert known[2] == [again.slot(f"p{one}")[1:] for one in old[2]]
        assert new.numbers(texts).tobytes() == again.numbers(array("q", old[1]).tobytes())
        assert "" == again.slot("")
        assert old != known
