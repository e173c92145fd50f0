"""The architecture, tested: who may import whom, and which files may import heavy packages."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ("parsing", "graphs", "hgr", "experiments")
HEAVY = {
    "spacy": ("parsing/spacy_parser.py", "parsing/training/", "graphs/spacy_component.py"),
    "stanza": ("parsing/stanza_parser.py",),
    "decord": ("hgr/video/decord_reader.py",),
    "transformers": ("hgr/video/transformers_backbone.py", "hgr/data/transformers_text.py"),
}
"""Package -> the only places that may import it."""


def sources(folder: str) -> Iterator[Path]:
    yield from sorted((ROOT / folder).rglob("*.py"))


def imports(path: Path, top_level_only: bool = False) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = tree.body if top_level_only else ast.walk(tree)
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("position", range(len(LAYERS)))
def test_dependencies_point_one_way(position: int) -> None:
    above = set(LAYERS[position + 1 :]) | {"tests", "benchmarks"}
    for path in sources(LAYERS[position]):
        assert not imports(path) & above, path


@pytest.mark.parametrize("package", sorted(HEAVY))
def test_heavy_packages_have_their_own_files(package: str) -> None:
    allowed = HEAVY[package]
    for folder in LAYERS:
        for path in sources(folder):
            name = path.relative_to(ROOT).as_posix()
            assert package not in imports(path) or name.startswith(allowed), f"{name} imports {package}"


def test_parsing_and_graphs_do_not_import_torch_at_the_top() -> None:
    for folder in ("parsing", "graphs"):
        for path in sources(folder):
            if path.name != "tensors.py" and "training" not in path.parts:
                assert not imports(path, top_level_only=True) & {"torch", "torch_geometric", "hgr"}, path


@pytest.mark.parametrize("module", ["parsing", "graphs", "hgr", "hgr.cli.main"])
def test_importing_is_light(module: str) -> None:
    code = f"import sys, {module}; print([m for m in ('torch', 'spacy', 'transformers') if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_no_grab_bag_modules_and_no_shadowed_standard_modules() -> None:
    banned = {"utils", "common", "helpers", "misc", "types", "logging", "random", "queue", "select"}
    for folder in LAYERS:
        for path in sources(folder):
            assert path.stem not in banned, path
