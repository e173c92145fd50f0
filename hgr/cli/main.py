"""Entry point of `hgr`: finds the verb's file, runs it, turns errors into exit codes."""

from __future__ import annotations

import json
import os
import sys
import traceback
from importlib import import_module

# libgomp's spinning makes small operators 20-50 times slower under load; it reads this when torch is imported
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

OK, USAGE, DATA, RESUMABLE, INTERNAL = 0, 2, 3, 4, 5
CTRL_C = 130
"""Ctrl-C in a verb that keeps nothing to go on from, as shells have it."""

VERBS: dict[str, tuple[str, str]] = {
    "data": ("hgr.cli.data", "make and inspect data sets"),
    "doctor": ("hgr.cli.doctor", "check a data set's folder before an hour is spent"),
    "features": ("hgr.cli.features", "extract, import and inspect video features"),
    "parse": ("hgr.cli.parse", "captions into role graphs, through a cache that survives anything"),
    "graph": ("hgr.cli.graph", "the role graph of a caption as text, JSON, SVG or a page"),
    "cache": ("hgr.cli.cache", "look after a parse cache, and exchange its content"),
    "train": ("hgr.cli.train", "train a system on a data set's folder"),
    "evaluate": ("hgr.cli.evaluate", "rank a split on every level, both ways"),
    "search": ("hgr.cli.search", "find videos for a sentence, with reasons"),
    "report": ("hgr.cli.report", "one offline HTML file: numbers by level, queries explained"),
    "encode": ("hgr.cli.encode", "export the level embeddings of captions and videos"),
    "analyze": ("hgr.cli.analyze", "what each level is worth, from stored similarities"),
    "compare": ("hgr.cli.compare", "is one run better than another, or was it luck"),
    "probe": ("hgr.cli.probe", "altered captions, and which level notices"),
    "import-checkpoint": ("hgr.cli.import_checkpoint", "make a run of a published checkpoint"),
    "import-annotations": ("hgr.cli.import_annotations", "make a data set's folder of HGR's annotations"),
    "import-coot": ("hgr.cli.import_coot", "make a data set's folder of COOT's metadata and features"),
}
"""Verb -> (module with `command` or `app`, one-line help)."""


def main(arguments: list[str] | None = None) -> None:
    """Run one verb and exit: 0 ok, 2 usage, 3 data problem, 4 stopped but resumable, 5 internal, 130 stopped."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: list[str]) -> int:
    """Run one verb and return its exit code."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(overview())
        return OK if arguments else USAGE
    if arguments[0] in ("--version", "-V"):
        from hgr import __version__

        print(f"hgr {__version__}")
        return OK
    verb, rest = arguments[0], arguments[1:]
    if verb not in VERBS:
        print(f"hgr: unknown verb {verb!r}\n\n{overview()}", file=sys.stderr)
        return USAGE
    return _run_verb(verb, rest)


def overview() -> str:
    """All verbs with one line each."""
    lines = [f"  {verb:<{max(map(len, VERBS))}}  {text}" for verb, (_, text) in VERBS.items()]
    return "usage: hgr VERB [OPTIONS]\n\n" + "\n".join(lines) + "\n\nhgr VERB --help says more."


def _run_verb(verb: str, arguments: list[str]) -> int:
    import typer

    module = import_module(VERBS[verb][0])
    app = getattr(module, "app", None)
    if app is None:
        app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
        app.command()(module.command)
    from hgr.errors import Interrupted
    from parsing.input_error import InputError

    # newer typer carries its own copy of click; take the exceptions that it raises, whichever they are
    usage: tuple[type[BaseException], ...] = tuple(
        kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException"
    )
    try:
        code = typer.main.get_command(app).main(arguments, prog_name=f"hgr {verb}", standalone_mode=False)
        return code if isinstance(code, int) else OK
    except typer.Exit as stop:
        return stop.exit_code
    except usage as problem:
        problem.show()  # type: ignore[attr-defined]
        return USAGE
    except Interrupted as stop:
        print(f"hgr {verb}: stopped: {stop}", file=sys.stderr)
        return RESUMABLE
    except (KeyboardInterrupt, typer.Abort) as stop:
        if isinstance(stop.__cause__, EOFError):  # typer takes the end of any file for the end of a dialog
            print(f"hgr {verb}: a file ends too early: {stop.__cause__}", file=sys.stderr)
            return DATA
        print(f"hgr {verb}: stopped", file=sys.stderr)
        return CTRL_C
    except SystemExit as stop:
        if not isinstance(stop.__context__, BrokenPipeError):
            raise
        return OK  # typer has seen to it that nothing more is written to the reader that is gone
    except (InputError, OSError, UnicodeDecodeError, json.JSONDecodeError) as problem:
        if os.environ.get("HGR_TRACEBACK"):
            traceback.print_exc()
        print(f"hgr {verb}: {_said(problem)}", file=sys.stderr)
        return DATA
    except Exception:
        traceback.print_exc()
        return INTERNAL


def _said(problem: Exception) -> str:
    """What a person reads of an error: of a system's error file and reason, without its number."""
    if isinstance(problem, OSError) and problem.filename is not None and problem.strerror:
        return f"{problem.filename}: {problem.strerror[0].lower()}{problem.strerror[1:]}"
    return str(problem)
