"""Every test, in as little time as is honest: first those that can share the machine, on all cores, then the rest.

What measures time or memory runs with nothing beside it; what loads a model shares the machine, kept to one core.
Arguments go to both runs of pytest.
"""

from __future__ import annotations

import subprocess
import sys

MOST_WORKERS = 4
# One test at a time: a worker that took many would be left with the long ones.
SHARED = ("--numprocesses=logical", f"--maxprocesses={MOST_WORKERS}", "--dist=load", "--maxschedchunk=1")
PARTS = (
    ("--part=shared", *SHARED),
    ("--part=alone",),
)
INTERRUPTED, NOTHING_TO_RUN = 2, 5


def main(arguments: list[str]) -> int:
    """Run both parts, the second one also when the first fails; return pytest's exit status."""
    ended = []
    for part in PARTS:
        ended.append(subprocess.call([sys.executable, "-m", "pytest", *part, *arguments]))
        if ended[-1] == INTERRUPTED:
            break
    return max((status for status in ended if status != NOTHING_TO_RUN), default=NOTHING_TO_RUN)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
