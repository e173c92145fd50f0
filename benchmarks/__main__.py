"""All benchmarks that need nothing but this repository, one after the other: `make bench`.

python -m benchmarks                 # all of them
python -m benchmarks similarity cache
"""

from __future__ import annotations

import subprocess
import sys

ALONE: dict[str, list[str]] = {
    "similarity": [],
    "train_step": [],
    "scoring": [],
    "evaluation": [],
    "analysis": [],
    "cache": [],
    "scenes": ["--cost"],
}
"""Benchmark -> arguments. `full_size`, `growth`, `video` and `parsing` take long or need data: run them by name."""


def main(names: list[str]) -> int:
    """Run benchmarks as processes of their own; returns the largest exit code."""
    codes = [0]
    for name in names or ALONE:
        print(f"\n== {name}", flush=True)
        codes.append(
            subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *ALONE.get(name, [])]).returncode
        )
    return max(codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
