"""Textures of the places, muted so that the objects stand out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hgr.scenes.world import FRAME_SIZE


def ground(place: str, seed: int) -> np.ndarray:
    """The texture of a place, (S, S, 3) float32 in 0..255; equal seeds give equal textures."""
    rng = np.random.default_rng(seed)
    image = PAINTERS[place](rng)
    depth = np.linspace(0.86, 1.06, FRAME_SIZE, dtype=np.float32)[:, None, None]
    return np.clip(image * depth, 0, 255).astype(np.float32)


def _noise(rng: np.random.Generator, cells_y: int, cells_x: int) -> np.ndarray:
    """Smooth noise in about -1..1, (S, S): bilinear between random values on a coarse grid."""
    values = rng.uniform(-1, 1, (cells_y + 1, cells_x + 1)).astype(np.float32)
    y, x = np.linspace(0, cells_y, FRAME_SIZE, False), np.linspace(0, cells_x, FRAME_SIZE, False)
    row, column = y.astype(int), x.astype(int)
    fy, fx = (y - row)[:, None], (x - column)[None]
    top = values[row][:, column] * (1 - fx) + values[row][:, column + 1] * fx
    bottom = values[row + 1][:, column] * (1 - fx) + values[row + 1][:, column + 1] * fx
    return (top * (1 - fy) + bottom * fy).astype(np.float32)


def _tint(value: np.ndarray, rgb: tuple[int, int, int]) -> np.ndarray:
    return value[..., None] * np.array(rgb, np.float32)


def _grass(rng: np.random.Generator) -> np.ndarray:
    value = 1.0 + 0.10 * _noise(rng, 6, 6) + 0.10 * _noise(rng, 30, 80) + 0.12 * _noise(rng, 60, 150)
    return _tint(value, (122, 150, 92))


def _road(rng: np.random.Generator) -> np.ndarray:
    image = _tint(1.0 + 0.03 * _noise(rng, 5, 5) + 0.07 * _noise(rng, 150, 150), (112, 112, 116))
    shift = int(rng.integers(0, 40))
    for row in (26, 84, 142):
        for start in range(-40 + shift, FRAME_SIZE, 40):
            image[row : row + 4, max(start, 0) : max(start + 22, 0)] = (214, 212, 204)
    return image


def _water(rng: np.random.Generator) -> np.ndarray:
    y, x = np.mgrid[0:FRAME_SIZE, 0:FRAME_SIZE].astype(np.float32)
    phase = rng.uniform(0, 6.28, 3).astype(np.float32)
    bend = 3.0 * np.sin(x / 17.0 + phase[0]) + 2.0 * np.sin(x / 9.0 + phase[1])
    waves = np.sin((y + bend) / 2.6 + phase[2])
    value = 1.0 + 0.06 * waves + 0.16 * np.clip(waves - 0.75, 0, 1) * 4 * (_noise(rng, 14, 9) > 0.1)
    return _tint(value + 0.05 * _noise(rng, 4, 4), (112, 150, 178))


def _sand(rng: np.random.Generator) -> np.ndarray:
    y, x = np.mgrid[0:FRAME_SIZE, 0:FRAME_SIZE].astype(np.float32)
    phase = rng.uniform(0, 6.28)
    ripples = np.sin((y * 0.9 + 0.35 * x + 6 * np.sin(x / 23.0 + phase)) / 4.5)
    return _tint(
        1.0 + 0.035 * ripples + 0.05 * _noise(rng, 150, 150) + 0.04 * _noise(rng, 5, 5), (214, 192, 148)
    )


def _snow(rng: np.random.Generator) -> np.ndarray:
    value = 1.0 + 0.045 * _noise(rng, 5, 4) + 0.02 * _noise(rng, 20, 16)
    image = _tint(value, (228, 234, 242))
    for y, x in rng.integers(2, FRAME_SIZE - 4, (60, 2)):
        image[y : y + 2, x : x + 2] *= 0.92
    return image


def _floor(rng: np.random.Generator) -> np.ndarray:
    plank = 20
    y = np.arange(FRAME_SIZE)
    rows = y // plank
    tone = rng.uniform(0.92, 1.08, rows.max() + 1).astype(np.float32)[rows][:, None]
    value = tone + 0.06 * _noise(rng, 120, 5) + 0.03 * _noise(rng, 150, 60)
    value[y % plank == 0] *= 0.68
    for row in range(rows.max() + 1):
        seam = int(rng.integers(10, FRAME_SIZE - 10))
        value[row * plank : (row + 1) * plank, seam : seam + 1] *= 0.72
    return _tint(value, (166, 128, 94))


PAINTERS: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "grass": _grass,
    "road": _road,
    "water": _water,
    "sand": _sand,
    "snow": _snow,
    "floor": _floor,
}
