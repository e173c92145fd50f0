"""hgr/config.py: strict YAML, typed checks, overrides."""

from __future__ import annotations

import contextlib
import math
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from hgr.config import MAX_BYTES, ConfigError, dump, load, override, parse_yaml, read_yaml


class Optimizer(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    name: Literal["adam", "adamw"] = "adam"
    lr: float = 1e-4
    milestones: tuple[int, ...] = ()


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    seed: int
    optimizer: Optimizer = Optimizer()
    second: Optimizer | None = None
    weights: dict[str, float] = {}
    fast: bool = False


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-4", 1e-4),
        ("1E3", 1000.0),
        ("-.5", -0.5),
        ("3.", 3.0),
        ("010", 10),
        ("0x1F", 31),
        ("+7", 7),
        ("on", "on"),
        ("off", "off"),
        ("yes", "yes"),
        ("No", "No"),
        ("y", "y"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("2020-01-01", "2020-01-01"),
        ("'1'", "1"),
        ("<<", "<<"),
        (".inf", math.inf),
        ("1.2.3", "1.2.3"),
        ("e5", "e5"),
    ],
)
def test_scalars_follow_yaml_1_2(text: str, value: object) -> None:
    found = parse_yaml(f"key: {text}")["key"]
    assert found == value
    assert type(found) is type(value)


def test_keys_that_older_yaml_reads_as_booleans_stay_text() -> None:
    assert parse_yaml("on: 1\nno: 2") == {"on": 1, "no": 2}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2", "line 2: key 'a' occurs twice"),
        ("a:\n  b: 1\n  b: 2", "line 3: key 'b' occurs twice"),
        ("a: &x [1]\nb: *x", "line 2: aliases are not supported"),
        ("1: a", "expected a text key, found 1"),
        ("a: !!python/object/apply:os.system ['true']", "python/object/apply:os.system"),
        ("a: !!python/name:os.system", "python/name:os.system"),
        ("a: !!python/module:os", "python/module:os"),
        ("a: !!python/object:os.x {}", "python/object:os.x"),
        ("!!python/object/new:os.x {}", "python/object/new:os.x"),
        ("a: [1, 2", "line"),
        ("a: 1\n---\nb: 2", "expected a single document"),
        ("a: " + "[" * 200 + "]" * 200, "nested deeper than"),
        ("a: " + "9" * 5000, "4300"),
        ("#" * (MAX_BYTES + 1), "at most"),
        ("a: \x00", "special characters are not allowed"),
    ],
)
def test_refused_documents(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message.replace("[", r"\[")):
        parse_yaml(text)


def test_a_file_is_named_in_its_error(tmp_path) -> None:
    path = tmp_path / "run.yaml"
    with pytest.raises(ConfigError, match=r"run\.yaml: cannot be read: No such file"):
        read_yaml(path)
    path.write_text("")
    with pytest.raises(ConfigError, match=r"run\.yaml: expected sections .* found an empty file"):
        read_yaml(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="UTF-8"):
        read_yaml(path)
    path.write_text("- 1")
    with pytest.raises(ConfigError, match="expected sections"):
        read_yaml(path)
    path.write_text("seed: 1e-4")
    assert read_yaml(path) == {"seed": 1e-4}


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({}, "seed: missing"),
        ({"seed": "1"}, "seed: expected valid integer, found '1' (text)"),
        ({"seed": True}, "seed: expected valid integer, found True (true/false)"),
        ({"seed": 1.5}, "seed: expected valid integer, found 1.5 (number)"),
        ({"seed": 1, "optimiser": {}}, "optimiser: unknown key; did you mean 'optimizer'?"),
        ({"seed": 1, "optimizer": {"rl": 1}}, "optimizer.rl: unknown key; did you mean 'lr'?"),
        ({"seed": 1, "second": {"lrr": 1}}, "second.lrr: unknown key; did you mean 'lr'?"),
        (
            {"seed": 1, "optimizer": {"zzz": 1}},
            "optimizer.zzz: unknown key; known keys: name, lr, milestones",
        ),
        (
            {"seed": 1, "optimizer": {"lr": "1e-4"}},
            "optimizer.lr: expected valid number, found '1e-4' (text)",
        ),
        (
            {"seed": 1, "optimizer": {"name": "adamm"}},
            "optimizer.name: expected 'adam' or 'adamw', found 'adamm' (text); did you mean 'adam'?",
        ),
        ({"seed": 1, "optimizer": 3}, "optimizer: expected an object, found 3 (integer)"),
        (
            {"seed": 1, "optimizer": {"milestones": [1, "x"]}},
            "optimizer.milestones.1: expected valid integer",
        ),
        ({"seed": 1, "weights": {"fused": "a"}}, "weights.fused: expected valid number"),
        ({"seed": 1, "fast": 1}, "fast: expected valid boolean, found 1 (integer)"),
        ({"seed": 1, "fast": "yes"}, "fast: expected valid boolean, found 'yes' (text)"),
    ],
)
def test_problems_carry_path_expected_and_found(data: dict, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(Settings, data)
    assert any(line.startswith(problem) for line in caught.value.problems), caught.value.problems


def test_all_problems_are_reported_with_prefix_and_source() -> None:
    with pytest.raises(ConfigError) as caught:
        load(Settings, {"seed": "x", "optimizer": {"lr": "y"}}, path="a.b", source="run.yaml")
    assert len(caught.value.problems) == 2
    assert "run.yaml: a.b.optimizer.lr: " in str(caught.value)


def test_an_integer_is_a_valid_float() -> None:
    settings = load(Settings, {"seed": 1, "optimizer": {"lr": 1, "milestones": [1, 2]}})
    assert settings.optimizer.lr == 1.0
    assert settings.optimizer.milestones == (1, 2)


def test_lr_written_as_1e_4_is_a_number() -> None:
    settings = load(Settings, parse_yaml("seed: 1\noptimizer:\n  lr: 1e-4\n"))
    assert settings.optimizer.lr == 1e-4


def test_overrides_are_typed_and_leave_the_original_alone() -> None:
    data = {"seed": 1, "optimizer": {"lr": 0.1}}
    changed = override(
        data,
        [
            "optimizer.lr=1e-3",
            "optimizer.milestones=[1, 2]",
            "weights={fused: 1, event: 0.2}",
            "second.name=adamw",
        ],
    )
    settings = load(Settings, changed)
    assert data == {"seed": 1, "optimizer": {"lr": 0.1}}
    assert settings.optimizer == Optimizer(lr=1e-3, milestones=(1, 2))
    assert settings.weights == {"fused": 1.0, "event": 0.2}
    assert settings.second == Optimizer(name="adamw")
    assert override(data, ["name=a=b"])["name"] == "a=b"


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("seed", "key=value"),
        ("=1", "key=value"),
        ("a..b=1", "key=value"),
        ("seed.x=1", "seed is a value"),
        ("a=[", "line"),
    ],
)
def test_bad_overrides(assignment: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        override({"seed": 1}, [assignment])


def test_an_unknown_override_is_an_error() -> None:
    with pytest.raises(ConfigError, match="optimizer.lrs: unknown key; did you mean 'lr'"):
        load(Settings, override({"seed": 1}, ["optimizer.lrs=1"]))


def test_dump_reads_back_equal() -> None:
    settings = Settings(
        seed=3,
        optimizer=Optimizer(lr=1e-5, milestones=(3,)),
        weights={"on": 1e20, "no": -0.5, "1": 0.1},
        fast=True,
    )
    assert load(Settings, parse_yaml(dump(settings))) == settings


class Anything(BaseModel):
    value: Any


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]))
    | st.sampled_from(
        ["on", "No", "1e-4", "010", "0x1F", "0o7", "null", "~", "", "<<", "=", ".inf", "1_0", "1:2", "!a"]
    )
)


@settings(deadline=None)
@given(
    st.recursive(
        scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text("abc~<:1 '"), inner), max_leaves=8
    )
)
def test_every_plain_value_survives_dump_and_parse(value: object) -> None:
    found = parse_yaml(dump(Anything(value=value)))["value"]
    assert found == value
    assert repr(found) == repr(value)  # 1 and 1.0 and True differ


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_parsed_or_refused_with_a_config_error(text: str) -> None:
    with contextlib.suppress(ConfigError):
        parse_yaml(text)
