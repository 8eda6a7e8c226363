"""What is sealed opens with its key alone, as it was; and no nonce serves twice."""

from __future__ import annotations

import subprocess
import sys

import pytest

from allin_hub.base.encryption import KEY_BYTES, Sealer
from allin_hub.base.errors import StoreError

IN_TWO = """
import os
from allin_hub.base.encryption import KEY_BYTES, Sealer

sealer = Sealer(bytes(KEY_BYTES))
sealer.seal("before")
told, tells = os.pipe()
child = os.fork()
nonce = sealer.seal("after")[1:13].hex()
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
    sealer = Sealer(bytes(KEY_BYTES))

    assert 1500 == len({sealer.seal("same")[1:13] for _ in range(1500)})


@pytest.mark.parametrize("place", [0, 1, 13, -1])
def test_a_changed_byte_or_another_key_opens_nothing(place: int) -> None:
    """Neither the version, the nonce, the content nor the seal itself may be anything else."""
    sealed = Sealer(bytes(KEY_BYTES)).seal({"name": "Kanarina"})
    changed = bytearray(sealed)
    changed[place] ^= 1

    for key, content in ((bytes(KEY_BYTES), bytes(changed)), (bytes([1] * KEY_BYTES), sealed)):
        with pytest.raises(StoreError):
            Sealer(key).unseal(content)
