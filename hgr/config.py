"""Strict YAML <-> frozen models: errors carry the dotted path, what was expected and what came.

Scalars follow YAML 1.2: `1e-4` is a number, `on`, `off`, `yes` and `no` are text, `010` is ten. Duplicate
keys, aliases, tags, several documents and files beyond `MAX_BYTES` are refused.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from hgr.errors import DataError

MAX_BYTES = 1_000_000
"""A run's settings are a page of text; a larger file is something else."""
MAX_DEPTH = 50
"""Nesting beyond this is an attack on the parser, not a setting."""

Model = TypeVar("Model", bound=BaseModel)


class ConfigError(DataError):
    """Settings that cannot be used.

    Attributes:
        problems: One line each, "training.epochs: expected a valid integer, found 'ten' (text)".
    """

    def __init__(self, problems: Sequence[str], source: str = "") -> None:
        self.problems = tuple(problems)
        where = f"{source}: " if source else ""
        super().__init__("\n".join(where + problem for problem in self.problems))


class _StrictLoader(yaml.SafeLoader):
    """A safe loader with YAML 1.2 scalars that refuses duplicate keys and aliases."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            raise yaml.MarkedYAMLError(
                problem="aliases are not supported, write the value out", problem_mark=mark
            )
        self.depth += 1
        if self.depth > MAX_DEPTH:
            mark = self.peek_event().start_mark
            raise yaml.MarkedYAMLError(problem=f"nested deeper than {MAX_DEPTH}", problem_mark=mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        mapping: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                problem = f"expected a text key, found {key!r}"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key_node.start_mark)
            if key in mapping:
                problem = f"key {key!r} occurs twice"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key_node.start_mark)
            mapping[key] = self.construct_object(value_node, deep=True)
        return mapping


def _construct_int(loader: _StrictLoader, node: yaml.ScalarNode) -> int:
    text = loader.construct_scalar(node)
    try:
        return int(text, {"0x": 16, "0o": 8}.get(text[:2], 10))
    except ValueError as error:
        raise yaml.MarkedYAMLError(problem=str(error), problem_mark=node.start_mark) from None


def _construct_float(loader: _StrictLoader, node: yaml.ScalarNode) -> float:
    text = loader.construct_scalar(node).lower()
    return float(text.replace(".inf", "inf").replace(".nan", "nan"))


_SCALARS = (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        "-+.0123456789",
    ),
    ("null", r"~|null|Null|NULL|", "~nN\0"),
)
for _name, _pattern, _first in _SCALARS:
    _StrictLoader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_name}",
        re.compile(rf"(?:{_pattern})\Z"),
        ["" if c == "\0" else c for c in _first],
    )
_StrictLoader.add_constructor("tag:yaml.org,2002:int", _construct_int)
_StrictLoader.add_constructor("tag:yaml.org,2002:float", _construct_float)


class _Dumper(yaml.SafeDumper):
    """Writes what `_StrictLoader` reads back unchanged."""

    yaml_implicit_resolvers = _StrictLoader.yaml_implicit_resolvers

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_float(dumper: yaml.SafeDumper, value: float) -> yaml.ScalarNode:
    if value != value or value in (float("inf"), float("-inf")):
        text = ".nan" if value != value else (".inf" if value > 0 else "-.inf")
    else:
        text = repr(value)
    return dumper.represent_scalar("tag:yaml.org,2002:float", text)


_Dumper.add_representer(float, _represent_float)


def parse_yaml(text: str, source: str = "settings") -> Any:
    """Plain values of one YAML document.

    Args:
        text: The document.
        source: What to call it in an error.

    Raises:
        ConfigError: Not YAML, or YAML that is refused here; the message names the line.
    """
    if len(text) > MAX_BYTES:
        raise ConfigError([f"{len(text)} characters, expected at most {MAX_BYTES}"], source)
    loader = None
    try:
        loader = _StrictLoader(text)
        return loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        said = ", ".join(part for part in (error.context, error.problem) if part)
        raise ConfigError([f"{line}{said}"], source) from None
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError([" ".join(str(error).split())], source) from None
    finally:
        if loader is not None:
            loader.dispose()


def read_yaml(path: str | Path) -> dict[str, Any]:
    """The sections of a YAML file.

    Raises:
        ConfigError: No such file, not text, not YAML, or not a mapping.
    """
    path = Path(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError([f"{path.stat().st_size} bytes, expected at most {MAX_BYTES}"], str(path))
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError([f"cannot be read: {error.strerror}"], str(path)) from None
    except UnicodeDecodeError:
        raise ConfigError(["expected UTF-8 text"], str(path)) from None
    data = parse_yaml(text, str(path))
    if not isinstance(data, dict):
        found = "an empty file" if data is None else _kind(data)
        raise ConfigError([f"expected sections (key: value), found {found}"], str(path))
    return data


def override(data: Mapping[str, Any], assignments: Sequence[str]) -> dict[str, Any]:
    """Settings with some values replaced; the result goes through the same checks as a file.

    Args:
        data: Sections as read from YAML.
        assignments: "training.epochs=2", "objective.weights={fused: 1.0}", "data.features=[a, b]"; the values
            are YAML.

    Raises:
        ConfigError: Not of the form `a.b=c`, or a path that runs through a plain value.
    """
    result: dict[str, Any] = _copy(dict(data))
    for assignment in assignments:
        dotted, equals, text = assignment.partition("=")
        keys = dotted.strip().split(".")
        if not equals or not all(keys):
            raise ConfigError([f"expected key=value with a dotted key, found {assignment!r}"], "--set")
        section = result
        for depth, key in enumerate(keys[:-1], start=1):
            section = section.setdefault(key, {})
            if not isinstance(section, dict):
                raise ConfigError(
                    [f"{'.'.join(keys[:depth])} is a value, not a section"], f"--set {assignment}"
                )
        section[keys[-1]] = parse_yaml(text, f"--set {assignment}")
    return result


def load(model: type[Model], data: Any, path: str = "", source: str = "") -> Model:
    """Check plain values against a frozen model, without coercion: "0.1" is not a number, 1 is a valid float.

    Args:
        model: A pydantic model class with `extra="forbid"`.
        data: Plain values as read from YAML.
        path: Where in the settings `data` sits, the prefix of every path in an error.
        source: The file, named in errors.

    Raises:
        ConfigError: One problem a line, each with path, expected and found.
    """
    try:
        return model.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as error:
        raise ConfigError([_problem(model, e, path) for e in error.errors()], source) from None


def plain(model: BaseModel) -> dict[str, Any]:
    """The resolved settings as plain values that `load` reads back to an equal model."""
    return model.model_dump(mode="json", serialize_as_any=True)


def dump(model: BaseModel) -> str:
    """The resolved settings as YAML that `parse_yaml` and `load` read back to an equal model."""
    return yaml.dump(plain(model), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


def _copy(value: Any) -> Any:
    return {key: _copy(item) for key, item in value.items()} if isinstance(value, dict) else value


def _problem(model: type[BaseModel], error: Any, path: str) -> str:
    location = [str(part) for part in error["loc"]]
    where = ".".join([*path.split(".")] * bool(path) + location) or "settings"
    if error["type"] == "extra_forbidden":
        known = _fields_at(model, location[:-1])
        return f"{where}: unknown key{_suggestion(location[-1], known, 'known keys')}"
    if error["type"] == "missing":
        return f"{where}: missing"
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] in ("value_error", "assertion_error"):
        return f"{where}: {message}"
    expected = message.removeprefix("Input should be ").removeprefix("a ")
    hint = ""
    if error["type"] == "literal_error" and isinstance(error["input"], str):
        options = re.findall(r"'([^']*)'", error["ctx"]["expected"])
        near = difflib.get_close_matches(error["input"], options, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"{where}: expected {expected}, found {_kind(error['input'])}{hint}"


def _kind(value: Any) -> str:
    if value is None:
        return "nothing (null)"
    names = {str: "text", bool: "true/false", int: "integer", float: "number", dict: "section", list: "list"}
    text = repr(value)
    return (
        f"{text if len(text) <= 60 else text[:57] + '...'} ({names.get(type(value), type(value).__name__)})"
    )


def _suggestion(key: str, known: Sequence[str], title: str) -> str:
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; {title}: {', '.join(known)}" if known else ""


def _fields_at(model: type[BaseModel], location: Sequence[str]) -> list[str]:
    """Names of the fields of the model that sits at a path, as far as the annotations tell."""
    current: type[BaseModel] | None = model
    for key in location:
        field = current.model_fields.get(key) if current else None
        if field is None:
            continue  # a union's branch name or a list position
        current = _model_in(field.annotation)
    return list(current.model_fields) if current else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and not isinstance(annotation, UnionType):
        return annotation if issubclass(annotation, BaseModel) else None
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
