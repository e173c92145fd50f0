"""WordNet's own index files, where the user has them: which synsets a word belongs to."""

from __future__ import annotations

from pathlib import Path

from hgr.errors import DataError

FILES = {"NOUN": ("index.noun", "n"), "VERB": ("index.verb", "v")}
"""Universal part of speech -> name of its index file, letter of its synsets."""


def read_synsets(folder: str | Path) -> dict[tuple[str, str], tuple[str, ...]]:
    """(lemma, "NOUN" or "VERB") -> names of its synsets, offset and letter ("02084071-n").

    Reads `index.noun` and `index.verb` of WordNet's `dict` folder (versions 1.6 to 3.1).

    Args:
        folder: The folder, or one that has a folder `dict` with them.

    Raises:
        DataError: A file is missing or a line of it is not as WordNet writes it.
    """
    root = Path(folder)
    if (root / "dict" / "index.noun").is_file():
        root = root / "dict"
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for part, (name, letter) in FILES.items():
        path = root / name
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as problem:
            raise DataError(f"{path}: not readable as an index of WordNet: {problem}") from None
        for number, line in enumerate(lines, start=1):
            if line.startswith("  ") or not line.strip():
                continue
            fields = line.split()
            try:
                count = int(fields[2])
                offsets = fields[-count:]
                if not 1 <= count <= len(fields) - 6 or not all(len(o) == 8 and o.isdigit() for o in offsets):
                    raise ValueError
            except (IndexError, ValueError):
                raise DataError(f"{path}:{number}: not a line of WordNet's index: {line[:60]!r}") from None
            found[fields[0].replace("_", " "), part] = tuple(f"{offset}-{letter}" for offset in offsets)
    return found
