"""Where a training's numbers go: metrics.jsonl, TensorBoard, a progress bar. Only training calls this."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import IO, Any, Self, TypeVar

from hgr.runs import RunFolder

Item = TypeVar("Item")


class Tracker:
    """Writes numbers of a run as they come.

    Args:
        run: The run's folder.
        step: Steps done; what an interrupted training wrote beyond them is removed, for it will be done again.
        tensorboard: Write TensorBoard events too.
        progress: Show progress bars on the terminal.
        enabled: Write at all; of several processes only the first does.
    """

    def __init__(
        self,
        run: RunFolder,
        *,
        step: int = 0,
        tensorboard: bool = True,
        progress: bool | None = None,
        enabled: bool = True,
    ) -> None:
        self.run = run
        self.enabled = enabled
        self.progress_bars = enabled and (sys.stderr.isatty() if progress is None else progress)
        self._tensorboard = tensorboard
        self._writer: Any = None
        self._step = step
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        if not self.enabled:
            return self
        self.run.path.mkdir(parents=True, exist_ok=True)
        _cut(self.run, self._step)
        self._file = open(self.run.metrics, "a", encoding="utf-8")  # noqa: SIM115 (closed in __exit__)
        if self._tensorboard:
            from torch.utils.tensorboard import SummaryWriter

            self._writer = SummaryWriter(str(self.run.tensorboard), purge_step=self._step + 1)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()
        if self._writer is not None:
            self._writer.close()

    def scalars(self, kind: str, step: int, epoch: int, values: Mapping[str, float]) -> None:
        """One line of metrics.jsonl, and one TensorBoard point a value.

        Args:
            kind: "train" or "validation".
            step: Steps done.
            epoch: Epochs done.
            values: Name -> number; one that is not finite becomes null.
        """
        if not self.enabled:
            return
        if self._file is None:
            raise RuntimeError("a Tracker is used inside `with`")
        clean = {name: value if math.isfinite(value) else None for name, value in values.items()}
        self._file.write(json.dumps({"kind": kind, "step": step, "epoch": epoch, **clean}) + "\n")
        self._file.flush()
        if self._writer is not None:
            for name, value in values.items():
                self._writer.add_scalar(f"{kind}/{name}", value, step)

    def progress(self, items: Iterable[Item], description: str, length: int) -> Iterable[Item]:
        """The same items, with a progress bar where there is a terminal."""
        if not self.progress_bars:
            return items
        from tqdm import tqdm

        return tqdm(items, desc=description, total=length, leave=False, file=sys.stderr)


def _cut(run: RunFolder, step: int) -> None:
    """Leave only the lines of metrics.jsonl up to a step; a line that a kill cut short goes too."""
    if not run.metrics.exists():
        return
    kept = []
    for line in run.metrics.read_text(encoding="utf-8").splitlines(keepends=True):
        try:
            if line.endswith("\n") and json.loads(line)["step"] <= step:
                kept.append(line)
        except (ValueError, KeyError, TypeError):
            continue
    part = run.metrics.with_name(f".{run.metrics.name}.part")
    part.write_text("".join(kept), encoding="utf-8")
    os.replace(part, run.metrics)
