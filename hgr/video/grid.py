"""The `grid` backbone: color, gradient and motion statistics of frames, without weights.

Every frame is averaged down to 64 x 64 pixels. Each pixel belongs softly to color bins (hues, and dark,
middle, bright for what has no hue). From that come, for every frame:

* on a grid of cells: how much of every color, and gradients by orientation;
* for every color, over the pixels that differ from the clip's ground: area, place, extent, outline by
  orientation, and the speed from the frame before and to the frame after;
* for every pair of colors: how near they are, and how fast one moves toward the other;
* for every hue: how it moves relative to its neighbors, whatever their color (`RELATIONS`), and the same
  summed over the hues;
* on the grid of cells: how much changes from the frame before and to the frame after.

Everything is a plain sum over pixels, so that a linear model reads color, shape, place and direction.
"""

from __future__ import annotations

import numpy as np

VERSION = 2
"""Rises when the values change: features of different versions do not go together."""
SIDE = 64
CELLS = 4
HUE_CENTERS = (0.0, 30.0, 55.0, 120.0, 180.0, 225.0, 275.0, 325.0)
"""Degrees of what people call red, orange, yellow, green, cyan, blue, purple, pink: a color word is one bin."""
HUES = len(HUE_CENTERS)
TONES = 3
COLORS = HUES + TONES
ORIENTATIONS = 6
CHROMA_FULL = 0.35
"""From this chroma (share of the brightest channel) on, a pixel counts as having a hue; below it partly."""
GROUND_DISTANCE = 0.25
"""RGB distance from the ground's color at which a pixel counts as object by 1 - 1/e."""
PRESENT_AREA = 0.004
"""Share of the frame at which a color counts as half present; a 4 x 4 patch of 64 x 64 pixels."""
SPEED_SCALE = 0.05
"""Displacement between two sampled frames, of the frame's width, that reads as tanh(1)."""
NEIGHBOR_DISTANCE = 0.3
"""Distance, of the frame's width, at which another object counts as a neighbor by 1/e."""
TOUCHING_DISTANCE = 0.2
"""The same for touching."""
RELATIONS = (
    "both move, the other ahead",
    "both move, the other behind",
    "both move, the other above",
    "both move, the other below",
    "both move, touching, the other ahead",
    "both move, touching, the other behind",
    "moves toward it, it stands",
    "moves away from it, it stands",
    "moves past it, it stands",
    "moves above it, it stands",
    "stands, it comes",
    "stands, it goes",
    "stands, it moves past",
    "stands, it moves above",
    "rises beside it, it stands",
    "falls beside it, it stands",
    "stands, it rises beside",
    "stands, it falls beside",
    "moves away from it, touching, it stands",
    "stands, it goes, touching",
    "moves past it, touching, it stands",
    "stands, it moves past, touching",
)
"""What one colored object does relative to a neighbor; sums of products of smooth conditions."""
BLOB_WIDTH = 1 + 2 + 3 + ORIENTATIONS + 4
DIM = CELLS * CELLS * (COLORS + ORIENTATIONS + 2) + COLORS * BLOB_WIDTH + COLORS * (COLORS - 1) * 3 // 2
DIM += (HUES + 1) * len(RELATIONS)


def grid_features(frames: np.ndarray) -> np.ndarray:
    """Color, gradient and motion statistics of a clip's frames.

    Args:
        frames: (F, H, W, 3) uint8, in the order of time; at least 8 x 8 pixels.

    Returns:
        (F, DIM) float32, all values finite and of order 1.

    Raises:
        ValueError: Another shape or dtype.
    """
    if frames.ndim != 4 or frames.shape[-1] != 3 or frames.dtype != np.uint8 or not len(frames):
        raise ValueError(
            f"expected frames (F, H, W, 3) uint8 with F >= 1, found {frames.shape} {frames.dtype}"
        )
    if min(frames.shape[1:3]) < 8:
        raise ValueError(f"expected frames of at least 8 x 8 pixels, found {frames.shape}")
    pixels = np.stack([_shrink(frame) for frame in frames])
    colors = _color_membership(pixels)
    gradients = _gradients(pixels)
    objects = _object_weight(pixels)
    cells = [_cell_means(colors) ** 0.5, _cell_means(gradients) ** 0.5, _changes(pixels)]
    present, place, blobs = _blobs(colors * objects[..., None], gradients)
    back, ahead = _speeds(present, place)
    speed = 0.5 * (back + ahead)
    pairs = _pairs(present, place, speed)
    relations = _relations(present[:, :HUES], place[:, :HUES], speed[:, :HUES])
    parts = [*cells, blobs, back, ahead, pairs, relations]
    return np.concatenate([part.reshape(len(frames), -1) for part in parts], axis=1).astype(np.float32)


def _shrink(frame: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8 -> (SIDE, SIDE, 3) float32 in 0..1; each pixel a mean over its part of the frame."""
    height, width = frame.shape[:2]
    if height % SIDE == 0 and width % SIDE == 0:
        down, across = height // SIDE, width // SIDE
        sums = np.zeros(
            (SIDE, SIDE, 3), np.uint32
        )  # strided sums: a mean over two axes takes three times as long
        for row in range(down):
            for column in range(across):
                sums += frame[row::down, column::across]
        return sums.astype(np.float32) / np.float32(down * across) / np.float32(255)
    rows, columns = _averaging(height), _averaging(width)
    values = frame.astype(np.float32).transpose(2, 0, 1)
    return (rows @ values @ columns.T).transpose(1, 2, 0) / np.float32(255)


def _averaging(length: int) -> np.ndarray:
    """(SIDE, length) matrix whose rows average equal parts of a line."""
    edges = np.linspace(0, length, SIDE + 1)
    low, high = edges[:-1, None], edges[1:, None]
    cover = np.clip(np.minimum(high, np.arange(1, length + 1)) - np.maximum(low, np.arange(length)), 0, None)
    return (cover / (high - low)).astype(np.float32)


def _color_membership(pixels: np.ndarray) -> np.ndarray:
    """(F, S, S, COLORS), each pixel's shares of the colors, which sum to 1."""
    red, green, blue = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    high, low = np.maximum(np.maximum(red, green), blue), np.minimum(np.minimum(red, green), blue)
    chroma = high - low
    safe = np.maximum(chroma, 1e-6)
    hue = np.where(
        high == red,
        ((green - blue) / safe) % 6,
        np.where(high == green, (blue - red) / safe + 2, (red - green) / safe + 4),
    )
    hued = np.clip(chroma / np.maximum(high, 0.2) / CHROMA_FULL, 0, 1)
    shares = np.empty((*pixels.shape[:-1], COLORS), np.float32)
    between = np.interp(hue * 60, (*HUE_CENTERS, 360.0), np.arange(HUES + 1)).astype(np.float32)
    distance = np.abs(between[..., None] - np.arange(HUES, dtype=np.float32))
    shares[..., :HUES] = np.clip(1 - np.minimum(distance, HUES - distance), 0, 1) * hued[..., None]
    tone = (0.5 * (high + low) * (TONES - 1))[..., None] - np.arange(TONES, dtype=np.float32)
    shares[..., HUES:] = np.clip(1 - np.abs(tone), 0, 1) * (1 - hued)[..., None]
    return shares


def _gradients(pixels: np.ndarray) -> np.ndarray:
    """(F, S, S, ORIENTATIONS), the strongest channel's gradient by orientation (of half a turn)."""
    across = np.zeros_like(pixels)
    down = np.zeros_like(pixels)
    across[:, :, 1:-1] = pixels[:, :, 2:] - pixels[:, :, :-2]
    down[:, 1:-1] = pixels[:, 2:] - pixels[:, :-2]
    strongest = (across**2 + down**2).argmax(-1)[..., None]
    dx = np.take_along_axis(across, strongest, -1)[..., 0]
    dy = np.take_along_axis(down, strongest, -1)[..., 0]
    turn = (np.arctan2(dy, dx) % np.pi) * (ORIENTATIONS / np.pi)
    distance = np.abs(turn[..., None] - np.arange(ORIENTATIONS, dtype=np.float32))
    share = np.clip(1 - np.minimum(distance, ORIENTATIONS - distance), 0, 1)
    return share * np.hypot(dx, dy)[..., None]


def _object_weight(pixels: np.ndarray) -> np.ndarray:
    """(F, S, S) in 0..1: how far each pixel's color is from the ground, the clip's median color."""
    ground = np.median(pixels[:: max(1, len(pixels) // 8), ::2, ::2].reshape(-1, 3), axis=0)
    distance = ((pixels - ground.astype(np.float32)) ** 2).sum(-1)
    return 1 - np.exp(-distance / GROUND_DISTANCE**2)


def _cell_means(values: np.ndarray) -> np.ndarray:
    """(F, S, S, C) -> (F, CELLS, CELLS, C)."""
    count, side, _, channels = values.shape
    size = side // CELLS
    return values.reshape(count, CELLS, size, CELLS, size, channels).mean(axis=(2, 4))


def _changes(pixels: np.ndarray) -> np.ndarray:
    """(F, CELLS, CELLS, 2): change from the frame before and to the frame after, 0 at the ends."""
    change = np.zeros((len(pixels) + 1, *pixels.shape[1:3], 1), np.float32)
    change[1:-1, ..., 0] = np.abs(pixels[1:] - pixels[:-1]).mean(-1)
    means = _cell_means(change) ** 0.5
    return np.concatenate([means[:-1], means[1:]], axis=-1)


def _blobs(weights: np.ndarray, gradients: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What the pixels of each color look like together.

    Args:
        weights: (F, S, S, COLORS), how much a pixel belongs to an object of that color.
        gradients: (F, S, S, ORIENTATIONS).

    Returns:
        present (F, COLORS) in 0..1; place (F, COLORS, 2) from -0.5 to 0.5; and (F, COLORS, 6 + ORIENTATIONS):
        root of the area, place, spread (xx, yy, xy) and outline by orientation, all fading with `present`.
    """
    count, side, _, colors = weights.shape
    flat = weights.reshape(count, side * side, colors).transpose(0, 2, 1)
    line = (np.arange(side, dtype=np.float32) + 0.5) / side - 0.5
    y, x = (part.ravel() for part in np.meshgrid(line, line, indexing="ij"))
    moments = flat @ np.stack([np.ones_like(x), x, y, x * x, y * y, x * y], axis=1)
    mass = moments[..., 0]
    area = mass / side**2
    present = area / (area + PRESENT_AREA)
    mean = moments[..., 1:] / np.maximum(mass, 1e-3)[..., None]
    place = mean[..., :2]
    spread = mean[..., 2:] - np.stack(
        [place[..., 0] ** 2, place[..., 1] ** 2, place[..., 0] * place[..., 1]], -1
    )
    outline = flat @ gradients.reshape(count, side * side, -1)
    outline = outline / (np.linalg.norm(outline, axis=-1, keepdims=True) + 1e-3 * side)
    values = np.concatenate([np.sqrt(area)[..., None] * 2, place * 2, spread * 10, outline], axis=-1)
    values[..., 1:] *= present[..., None]
    return present, place, values


def _speeds(present: np.ndarray, place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two (F, COLORS, 2): each color's step from the frame before and to the frame after, 0 at the ends."""
    steps = np.zeros((len(place) + 1, *place.shape[1:]), np.float32)
    both = (present[1:] * present[:-1])[..., None]
    steps[1:-1] = np.tanh((place[1:] - place[:-1]) / SPEED_SCALE) * both
    return steps[:-1], steps[1:]


def _pairs(present: np.ndarray, place: np.ndarray, speed: np.ndarray) -> np.ndarray:
    """(F, 3 * COLORS * (COLORS - 1) / 2): nearness of two colors, and the speed of each toward the other."""
    first, second = np.nonzero(~np.eye(COLORS, dtype=bool))
    offset = place[:, second] - place[:, first]
    distance = np.linalg.norm(offset, axis=-1)
    near = np.exp(-4 * distance[:, first < second])
    toward = (speed[:, first] * offset).sum(-1) / np.maximum(distance, 1e-3)
    both = present[:, first] * present[:, second]
    return np.concatenate([near * both[:, first < second], toward * both], axis=-1)


def _relations(present: np.ndarray, place: np.ndarray, speed: np.ndarray) -> np.ndarray:
    """What every color does relative to its neighbors.

    Args:
        present: (F, C) in 0..1.
        place: (F, C, 2).
        speed: (F, C, 2) in about -1..1.

    Returns:
        (F, C + 1, len(RELATIONS)): summed over the neighbors, and last summed over the colors too.
    """
    offset = place[:, None] - place[:, :, None]
    distance = np.linalg.norm(offset, axis=-1)
    pace = np.linalg.norm(speed, axis=-1)
    heading = speed / np.maximum(pace, 1e-3)[..., None]
    bearing = offset / np.maximum(distance, 1e-3)[..., None]
    moving = np.minimum(pace * 2, 1)
    still = 1 - moving
    toward = (heading[:, :, None] * bearing).sum(-1)
    past = 1 - toward**2
    leaving = (heading[:, None] * bearing).sum(-1)
    passing = 1 - leaving**2
    together = moving[:, :, None] * moving[:, None] * _plus((heading[:, :, None] * heading[:, None]).sum(-1))
    alone, other_alone = moving[:, :, None] * still[:, None], still[:, :, None] * moving[:, None]
    up, down = _plus(-bearing[..., 1]), _plus(bearing[..., 1])
    rising, falling = _plus(-heading[..., 1]), _plus(heading[..., 1])
    touching = np.exp(-((distance / TOUCHING_DISTANCE) ** 2))
    values = [
        together * _plus(toward),
        together * _plus(-toward),
        together * up,
        together * down,
        together * touching * _plus(toward),
        together * touching * _plus(-toward),
        alone * _plus(toward),
        alone * _plus(-toward),
        alone * past,
        alone * down,
        other_alone * _plus(-leaving),
        other_alone * _plus(leaving),
        other_alone * passing,
        other_alone * up,
        alone * touching * rising[:, :, None],
        alone * touching * falling[:, :, None],
        other_alone * touching * rising[:, None],
        other_alone * touching * falling[:, None],
        alone * touching * _plus(-toward),
        other_alone * touching * _plus(leaving),
        alone * touching * past,
        other_alone * touching * passing,
    ]
    near = np.exp(-((distance / NEIGHBOR_DISTANCE) ** 2)) * present[:, :, None] * present[:, None]
    near *= 1 - np.eye(present.shape[1], dtype=np.float32)
    by_color = np.tanh((np.stack(values, axis=-1) * near[..., None]).sum(axis=2))
    return np.concatenate([by_color, np.tanh(by_color.sum(axis=1, keepdims=True))], axis=1)


def _plus(values: np.ndarray) -> np.ndarray:
    return np.maximum(values, 0)
