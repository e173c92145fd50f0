"""Reserved word ids, in HGR's order: begin, end, unknown."""

from __future__ import annotations

RESERVED = ("<bos>", "<eos>", "<unk>")
UNKNOWN = RESERVED.index("<unk>")
