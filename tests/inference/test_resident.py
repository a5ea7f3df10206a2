"""Memory that is freed goes back to the system."""

from __future__ import annotations

import subprocess
import sys

import pytest

HOLES = """
import numpy as np
from meai.inference.resident import give_back_large_pieces, resident_bytes
give_back_large_pieces()
del (first := [np.ones(16 << 20, np.uint8)])[:]
before = resident_bytes()
large, small = [], []
for _ in range(8):
    large.append(np.ones(16 << 20, np.uint8))
    # Behind each of them one that stays, as a parked text's tokens do.
    small.append(np.ones(64 << 10, np.uint8))
large.clear()
print(resident_bytes() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc alone keeps it")
def test_large_pieces_leave_no_holes_between_small_ones_that_stay() -> None:
    left = int(subprocess.run([sys.executable, "-c", HOLES], capture_output=True, text=True, check=True).stdout)
    assert left < 8 << 20
