"""The grid backbone: shape, determinism, and that a linear model reads from it what is to be seen."""

from __future__ import annotations

import numpy as np
import pytest

from hgr.video.grid import DIM, grid_features

COLORS = {"red": (220, 40, 40), "green": (40, 190, 60), "blue": (50, 70, 220), "yellow": (230, 210, 50)}
SHAPES = ("square", "disk", "triangle")
SIDE, FRAMES = 128, 8


def _mask(shape: str, x: float, y: float, radius: float) -> np.ndarray:
    rows, columns = np.mgrid[:SIDE, :SIDE]
    dx, dy = columns - x, rows - y
    if shape == "square":
        return (np.abs(dx) < radius) & (np.abs(dy) < radius)
    if shape == "disk":
        return dx**2 + dy**2 < radius**2 * 1.27
    return (dy < radius) & (dy > -radius) & (np.abs(dx) < (dy + radius) * 0.6)


def _clip(rng: np.random.Generator) -> tuple[np.ndarray, str, str, np.ndarray, np.ndarray]:
    """A clip of a moving object and a resting one on a textured ground, and what the first one is."""
    color, other = rng.choice(list(COLORS), 2, replace=False)
    shape = str(rng.choice(SHAPES))
    place, direction = rng.uniform(45, 83, 2), rng.normal(size=2)
    direction /= np.linalg.norm(direction)
    ground = np.clip(rng.normal(0, 12, (SIDE, SIDE, 1)) + rng.uniform(90, 130, 3), 0, 255)
    frames = []
    for step in np.linspace(-1, 1, FRAMES):
        frame = ground.copy()
        frame[_mask("square", 20, 20, 9)] = COLORS[other]
        frame[_mask(shape, *(place + 25 * step * direction), 12)] = COLORS[color]
        frames.append(frame)
    return np.stack(frames).astype(np.uint8), str(color), shape, place / SIDE, direction


@pytest.fixture(scope="module")
def clips() -> list[tuple[np.ndarray, str, str, np.ndarray, np.ndarray]]:
    """300 clips as (mean grid features (DIM,), color, shape, place, direction)."""
    rng = np.random.default_rng(5)
    return [(grid_features(frames).mean(0), *truth) for frames, *truth in (_clip(rng) for _ in range(300))]


def _predict(clips: list, targets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ridge regression from features on the first 200 clips; predictions and truth of the others."""
    features = np.stack([clip[0] for clip in clips]).astype(float)
    features = (features - features[:200].mean(0)) / (features[:200].std(0) + 1e-3)
    train, mean = features[:200], targets[:200].mean(0)
    weights = np.linalg.solve(train.T @ train + 30 * np.eye(train.shape[1]), train.T @ (targets[:200] - mean))
    return features[200:] @ weights + mean, targets[200:]


def test_shape_and_type() -> None:
    frames = np.random.default_rng(0).integers(0, 256, (5, 90, 120, 3), dtype=np.uint8)
    features = grid_features(frames)
    assert features.shape == (5, DIM) and features.dtype == np.float32
    assert np.isfinite(features).all() and np.abs(features).max() < 4


def test_same_frames_same_features() -> None:
    frames = np.random.default_rng(1).integers(0, 256, (4, 64, 64, 3), dtype=np.uint8)
    assert np.array_equal(grid_features(frames), grid_features(frames.copy()))


def test_one_black_frame_is_finite() -> None:
    assert np.isfinite(grid_features(np.zeros((1, 64, 64, 3), np.uint8))).all()


def test_no_motion_no_speed() -> None:
    frame = np.random.default_rng(2).integers(0, 256, (1, 64, 64, 3), dtype=np.uint8)
    features = grid_features(np.repeat(frame, 3, axis=0))
    assert np.allclose(features, features[0], atol=1e-6)


@pytest.mark.parametrize(
    "frames",
    [
        np.zeros((2, 64, 64, 3), np.float32),
        np.zeros((64, 64, 3), np.uint8),
        np.zeros((0, 64, 64, 3), np.uint8),
    ],
)
def test_other_input_is_refused(frames: np.ndarray) -> None:
    with pytest.raises(ValueError, match="expected frames"):
        grid_features(frames)


def test_color_of_the_moving_object_is_linear(clips: list) -> None:
    truth = np.array([[color == name for name in COLORS] for _, color, *_ in clips], float)
    predicted, expected = _predict(clips, truth)
    assert (predicted.argmax(1) == expected.argmax(1)).mean() > 0.95


def test_shape_is_linear(clips: list) -> None:
    truth = np.array([[shape == name for name in SHAPES] for _, _, shape, *_ in clips], float)
    predicted, expected = _predict(clips, truth)
    assert (predicted.argmax(1) == expected.argmax(1)).mean() > 0.8  # chance 0.33


def test_place_is_linear(clips: list) -> None:
    predicted, expected = _predict(clips, np.stack([place for *_, place, _ in clips]))
    assert np.sqrt(((predicted - expected) ** 2).mean()) < 0.5 * expected.std()


def test_direction_is_linear(clips: list) -> None:
    predicted, expected = _predict(clips, np.stack([direction for *_, direction in clips]))
    cosine = (predicted * expected).sum(1) / np.linalg.norm(predicted, axis=1)
    assert np.median(cosine) > 0.9
