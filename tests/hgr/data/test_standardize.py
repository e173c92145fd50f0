from __future__ import annotations

import numpy as np

from hgr.data.standardize import SMALLEST_DEVIATION, measure, standardized


def test_training_frames_get_mean_zero_and_deviation_one() -> None:
    generator = np.random.default_rng(0)
    stream = {f"v{i}": generator.normal(3.0, 5.0, (i + 2, 4)).astype(np.float32) for i in range(6)}
    seen = standardized({"a": stream}, measure({"a": stream}, ["v0", "v1", "v2", "unknown"]))["a"]
    frames = np.concatenate([seen[f"v{i}"] for i in range(3)])
    np.testing.assert_allclose(frames.mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(frames.std(0), 1, atol=1e-5)
    assert list(seen) == list(stream) and "v5" in seen and "v6" not in seen


def test_a_constant_coordinate_stays_small() -> None:
    stream = {"v0": np.full((3, 1), 7.0, dtype=np.float32)}
    (_, deviation) = measure({"a": stream}, ["v0"])["a"]
    assert deviation == (SMALLEST_DEVIATION,)
    assert abs(standardized({"a": stream}, measure({"a": stream}, ["v0"]))["a"]["v0"]).max() < 1e-3


def test_streams_without_statistics_stay_as_they_are() -> None:
    stream = {"v0": np.ones((3, 1))}
    assert standardized({"a": stream}, {})["a"] is stream
