"""Pictures of the objects: shaded, outlined, with soft shadows, at quarter-pixel positions."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from hgr.scenes.vocabulary import COLORS

SUPERSAMPLING = 4
STEPS = 4
"""Sprites are drawn at this many subpixel offsets an axis."""
OUTLINE = 0.13
"""Width of the dark outline, as a share of the radius."""


@lru_cache(maxsize=8192)
def body(shape: str, color: str, radius: float, sub_x: int, sub_y: int) -> tuple[np.ndarray, np.ndarray]:
    """An object's picture, its center at (h + sub_x / STEPS, h + sub_y / STEPS), h the middle of the patch.

    Returns:
        Color times coverage (P, P, 3) and 1 - coverage (P, P, 1), float32, colors 0..255.
    """
    x, y = _grid(radius, sub_x, sub_y)
    inside = _inside(shape, x, y)
    core = _inside(
        shape, x / (1 - OUTLINE), y / (1 - OUTLINE) if shape != "cone" else (y - 0.06) / (1 - OUTLINE)
    )
    if shape == "ring":
        distance = np.hypot(x, y)
        core = (distance < 1 - OUTLINE) & (distance > RING_HOLE + OUTLINE)
    light = np.clip(1.0 - 0.30 * (x + y) - 0.12 * np.hypot(x, y), 0.72, 1.22)
    rgb = np.array(COLORS[color], np.float32) * light[..., None]
    shine = np.exp(-((x + 0.38) ** 2 + (y + 0.42) ** 2) / 0.035)[..., None] * (shape in ("ball", "heart"))
    if shape == "box":
        rgb = np.where((y < -0.42)[..., None], rgb * 0.75 + 255 * 0.25, rgb)
    if shape == "cone":
        rgb = np.where((x > 0.0)[..., None], rgb * 0.85, rgb * 1.05)
    rgb = rgb + (255 - rgb) * np.clip(0.75 * shine, 0, 1)
    rgb = np.where(core[..., None], rgb, np.array(COLORS[color], np.float32) * 0.38)
    premultiplied = _shrink(np.clip(rgb, 0, 255) * inside[..., None])
    return premultiplied.astype(np.float32), 1.0 - _shrink(inside[..., None].astype(np.float32))


@lru_cache(maxsize=2048)
def shadow(radius: float, sub_x: int, sub_y: int) -> np.ndarray:
    """Factor (P, P, 1) by which the ground under an object is darkened."""
    x, y = _grid(radius, sub_x, sub_y)
    strength = 0.42 * np.clip(1.35 - 1.1 * ((x / 1.05) ** 2 + (y / 0.42) ** 2), 0.0, 1.0)
    return (1.0 - _shrink(strength[..., None])).astype(np.float32)


def half_size(radius: float) -> int:
    """Half the side of a sprite's patch in pixels."""
    return int(np.ceil(radius * 1.25)) + 1


RING_HOLE = 0.5


def _grid(radius: float, sub_x: int, sub_y: int) -> tuple[np.ndarray, np.ndarray]:
    half = half_size(radius)
    axis = (np.arange(2 * half * SUPERSAMPLING) + 0.5) / SUPERSAMPLING - half
    x = (axis - sub_x / STEPS) / radius
    y = (axis - sub_y / STEPS) / radius
    return np.meshgrid(x.astype(np.float32), y.astype(np.float32))


def _shrink(image: np.ndarray) -> np.ndarray:
    side = image.shape[0] // SUPERSAMPLING
    return image.reshape(side, SUPERSAMPLING, side, SUPERSAMPLING, -1).mean((1, 3), dtype=np.float32)


def _inside(shape: str, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    if shape == "ball":
        return x * x + y * y < 1.0
    if shape == "ring":
        return (x * x + y * y < 1.0) & (x * x + y * y > RING_HOLE**2)
    if shape == "box":
        return np.maximum(abs(x), abs(y)) < 0.9
    if shape == "cone":
        return (y < 0.9) & (y > -1.1) & (abs(x) < 0.52 * (y + 1.1))
    if shape == "heart":
        u, v = x * 1.12, -(y - 0.08) * 1.12
        return (u * u + v * v - 0.75) ** 3 - 1.35 * u * u * v**3 < 0.0
    if shape == "star":
        angle = np.mod(np.arctan2(x, -y) + np.pi / 5, 2 * np.pi / 5) - np.pi / 5
        radius = np.hypot(x, y)
        inner, outer = 0.48, 1.12
        tip, notch = np.array([outer, 0.0]), inner * np.array([np.cos(np.pi / 5), np.sin(np.pi / 5)])
        edge = notch - tip
        px, py = radius * np.cos(angle), radius * np.abs(np.sin(angle))
        return edge[0] * (py - tip[1]) - edge[1] * (px - tip[0]) > 0.0
    raise ValueError(f"unknown shape {shape!r}")
