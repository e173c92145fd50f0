"""A CoNLL-U file as a parser that needs no model: trees of a few captions and of the canary sentences' first."""

from __future__ import annotations

from pathlib import Path

_ROWS = {
    "a man feeds a dog": ["DET 2 det", "NOUN 3 nsubj", "VERB 0 root", "DET 5 det", "NOUN 3 obj"],
    "girls sing": ["NOUN 2 nsubj", "VERB 0 root"],
    "two red cars": ["NUM 3 nummod", "ADJ 3 amod", "NOUN 0 root"],
    "a boy kicks a ball": ["DET 2 det", "NOUN 3 nsubj", "VERB 0 root", "DET 5 det", "NOUN 3 obj"],
    "round and round": ["ADV 3 advmod", "CCONJ 1 cc", "ADV 1 conj"],
}
CAPTIONS = tuple(_ROWS)
"""The last one's tree is a cycle."""


def write_trees(path: Path) -> str:
    """Write the trees; returns the parser's name."""
    blocks = []
    for text, rows in _ROWS.items():
        lines = [f"# text = {text}"]
        for i, (word, row) in enumerate(zip(text.split(), rows, strict=True), start=1):
            upos, head, deprel = row.split()
            lines.append(f"{i}\t{word}\t{word}\t{upos}\t_\t_\t{head}\t{deprel}\t_\t_")
        blocks.append("\n".join(lines) + "\n")
    path.write_text("\n".join(blocks))
    return f"conllu:{path}"
