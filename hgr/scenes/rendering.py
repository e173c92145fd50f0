"""Scene -> frames: only the patches that objects cover are drawn anew."""

from __future__ import annotations

import math

import numpy as np

from hgr.scenes.motion import move
from hgr.scenes.places import ground
from hgr.scenes.sprites import STEPS, body, half_size, shadow
from hgr.scenes.vocabulary import SIZES
from hgr.scenes.world import FRAME_SIZE, Scene

ROPE_COLOR = np.array((70, 48, 30), np.float32)
IMPACT_COLOR = np.array((255, 252, 224), np.float32)
IMPACT_RAYS = 8


def render(scene: Scene, num_frames: int) -> np.ndarray:
    """Frames of a scene.

    Args:
        scene: The scene.
        num_frames: Length F of the clip.

    Returns:
        RGB frames (F, S, S, 3) uint8, S = `FRAME_SIZE`.
    """
    background = ground(scene.place, scene.texture)
    motion = move(scene, num_frames)
    still = background.round().astype(np.uint8)
    frames = np.empty((num_frames, FRAME_SIZE, FRAME_SIZE, 3), np.uint8)
    frames[:] = still
    for frame, poses, rope, impact in zip(frames, motion.poses, motion.ropes, motion.impacts, strict=True):
        _draw(frame, scene, poses, rope, impact)
    return frames


def _draw(
    frame: np.ndarray,
    scene: Scene,
    poses: np.ndarray,
    rope: tuple[int, int] | None,
    impact: tuple[int, int] | None,
) -> None:
    order = sorted(range(len(scene.things)), key=lambda i: (poses[i, 1], i))
    radii = [SIZES[thing.size] for thing in scene.things]
    for i in order:
        x, y, height = poses[i]
        _darken(frame, radii[i] * (1.0 - min(height, 60.0) / 200.0), x, y + 0.85 * radii[i])
    if rope is not None:
        _line(frame, poses[rope[0], :2], poses[rope[1], :2])
    for i in order:
        x, y, height = poses[i]
        _blend(frame, scene.things[i].shape, scene.things[i].color, radii[i], x, y - height)
    if impact is not None:
        a, b = impact
        share = radii[a] / (radii[a] + radii[b])
        _burst(frame, poses[a, :2] + share * (poses[b, :2] - poses[a, :2]))


def _place(x: float, y: float, half: int) -> tuple[int, int, int, int]:
    """Whole pixels of a patch's corner and the subpixel steps of its center."""
    steps_x, steps_y = math.floor(x * STEPS + 0.5), math.floor(y * STEPS + 0.5)
    return steps_x // STEPS - half, steps_y // STEPS - half, steps_x % STEPS, steps_y % STEPS


def _crop(left: int, top: int, side: int) -> tuple[slice, slice, slice, slice]:
    """Slices of the frame and of the patch where the two overlap."""
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = max(min(left + side, FRAME_SIZE), x0), max(min(top + side, FRAME_SIZE), y0)
    return slice(y0, y1), slice(x0, x1), slice(y0 - top, y1 - top), slice(x0 - left, x1 - left)


def _blend(frame: np.ndarray, shape: str, color: str, radius: float, x: float, y: float) -> None:
    half = half_size(radius)
    left, top, sub_x, sub_y = _place(x, y, half)
    picture, rest = body(shape, color, radius, sub_x, sub_y)
    rows, columns, patch_rows, patch_columns = _crop(left, top, 2 * half)
    region = frame[rows, columns]
    region[:] = region * rest[patch_rows, patch_columns] + picture[patch_rows, patch_columns] + 0.5


def _darken(frame: np.ndarray, radius: float, x: float, y: float) -> None:
    radius = round(radius * 2) / 2
    half = half_size(radius)
    left, top, sub_x, sub_y = _place(x, y, half)
    factor = shadow(radius, sub_x, sub_y)
    rows, columns, patch_rows, patch_columns = _crop(left, top, 2 * half)
    region = frame[rows, columns]
    region[:] = region * factor[patch_rows, patch_columns]


def _line(frame: np.ndarray, start: np.ndarray, end: np.ndarray) -> None:
    for t in np.linspace(0.0, 1.0, 48):
        x, y = start + t * (end - start)
        row, column = int(y + 2.0 * math.sin(math.pi * t)), int(x)
        if 0 <= row < FRAME_SIZE - 1 and 0 <= column < FRAME_SIZE:
            frame[row : row + 2, column] = ROPE_COLOR


def _burst(frame: np.ndarray, center: np.ndarray) -> None:
    for ray in range(IMPACT_RAYS):
        angle = 2 * math.pi * (ray + 0.5) / IMPACT_RAYS
        for distance in np.arange(3.0, 11.0, 0.7):
            row = int(center[1] + distance * math.sin(angle))
            column = int(center[0] + distance * math.cos(angle))
            if 0 <= row < FRAME_SIZE - 1 and 0 <= column < FRAME_SIZE - 1:
                frame[row : row + 2, column : column + 2] = IMPACT_COLOR
