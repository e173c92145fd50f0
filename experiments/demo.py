"""The main job on the embedded default: render, parse, extract, train, evaluate, report. `make demo` runs this.

Every step is a command that can be typed; it is printed before it runs. Exits non-zero where a step fails or the
trained model does not rank far better than chance.
"""

from __future__ import annotations

import json
import shlex
import shutil
import sys
import time
from pathlib import Path

CONFIG = Path(__file__).parent / "configs" / "demo.yaml"
DATA, RUN = Path("demo/scenes"), Path("runs/demo")
TIMES_CHANCE = 10.0
CUTOFF = 10


def steps(data: Path, run: Path, config: Path) -> list[list[str]]:
    """The verbs of the demo, in order."""
    return [
        ["data", "make-scenes", str(data), "--config", "demo", "--workers", "2"],
        ["features", "extract", str(data), "--out", str(data / "features"), "--frames", "12"],
        ["parse", str(data), "--stats"],
        ["doctor", str(data), "--features", str(data / "features")],
        ["train", str(config), "--run", str(run), "--set", f"data.folder={data}"],
        ["evaluate", str(run), "--protocol", "scenes/demo", "--keep-similarity", "--choices"],
        ["analyze", str(run)],
        ["search", str(run), "a red ball pushes a blue box", "--explain", "--top", "3"],
        ["report", str(run)],
    ]


def main() -> int:
    """Run the demo in the current folder; its own earlier output is replaced.

    Returns:
        Exit code: that of the first step that fails, 5 where the ranking is too close to chance.
    """
    from hgr.cli.main import run as hgr

    for old in (DATA, RUN):
        shutil.rmtree(old, ignore_errors=True)
    start = time.monotonic()
    for step in steps(DATA, RUN, CONFIG):
        print(f"\n$ hgr {shlex.join(step)}", flush=True)
        code = hgr(step)
        if code:
            print(f"demo: this step failed with exit code {code}", file=sys.stderr)
            return code
    recall, chance = reached(RUN)
    print(f"\ntext to video R@{CUTOFF} {recall:.1f} %, chance {chance:.1f} %: {recall / chance:.1f} times")
    print(f"whole demo {time.monotonic() - start:.0f} s; the report: {RUN / 'report.html'}")
    if recall < TIMES_CHANCE * chance:
        print(f"demo: expected at least {TIMES_CHANCE:.0f} times chance", file=sys.stderr)
        return 5
    return 0


def reached(run: Path) -> tuple[float, float]:
    """R@10 of the test split's captions and what chance would give, both in percent."""
    result = json.loads((run / "results" / "test.json").read_text(encoding="utf-8"))
    numbers = result["conventions"]["every_caption"]["fused"]["text_to_video"]
    return numbers[f"R@{CUTOFF}"], 100.0 * CUTOFF / result["num_videos"]


if __name__ == "__main__":
    sys.exit(main())
