"""Every test, in as little time as is honest: first those that can share the machine, on all its cores, then the rest.

What measures time or memory, or loads a model, runs with nothing beside it. Arguments go to both runs of pytest.
"""

from __future__ import annotations

import subprocess
import sys

MOST_WORKERS = 4
PARTS = (
    ("--part=shared", "--numprocesses=logical", f"--maxprocesses={MOST_WORKERS}", "--dist=worksteal"),
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
