"""Altered captions as negatives of their own video: the level that owns a change should notice it.

Not an entry of LOSSES: it compares two captions of one video, not texts with videos, so it needs no positives.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.nn.functional import softplus


def altered_terms(
    true: Mapping[str, Tensor],
    altered: Mapping[str, Tensor],
    positives: Tensor,
    owners: Sequence[str | None],
    real: Tensor,
    *,
    fused: str,
    temperature: float,
) -> dict[str, Tensor]:
    """What it costs that altered captions score as high as the true ones.

    With m = (s_true - s_altered) / t, for the caption's own video: softplus(-m) at the owner's level and on the fused
    score, and, for pairs with an owner, a choice among the levels: minus the log of the owner's share in a softmax
    over m. With other videos both captions are wrong, so nothing should set them apart there: the square of the mean
    m over them, averaged over the matrices, keeps the text alone from giving the answer.

    Args:
        true: Matrix name, `fused` and levels, -> (B, V) scores of the captions, column i the video of caption i.
        altered: The same of their altered versions.
        positives: (B, V) bool, the videos that a caption describes.
        owners: (B,) the level that should notice, None where no single one should.
        real: (B,) bool, False where a caption has no altered version.
        fused: Name of the fused matrix.
        temperature: The t above.

    Returns:
        "altered_owner", "altered_fused", "altered_choice" and "altered_prior", each the mean over its pairs, 0 without
        any.
    """
    everywhere = {name: (true[name] - altered[name]).float() / temperature for name in true}
    margins = {name: values.diagonal() for name, values in everywhere.items()}
    levels = [name for name in margins if name != fused]
    owned = torch.tensor([levels.index(o) if o in levels else -1 for o in owners], device=real.device)
    by_level = torch.stack([margins[name] for name in levels], dim=1)
    has_owner = real & (owned >= 0)
    own = by_level.gather(1, owned.clamp(min=0).unsqueeze(1)).squeeze(1)
    prior = torch.stack([_over_others(values, positives).square() for values in everywhere.values()]).mean(0)
    return {
        "altered_owner": _mean(softplus(-own), has_owner),
        "altered_fused": _mean(softplus(-margins[fused]), real),
        "altered_choice": _mean(by_level.logsumexp(1) - own, has_owner),
        "altered_prior": _mean(prior, real),
    }


def _over_others(margins: Tensor, positives: Tensor) -> Tensor:
    """(B, V) -> (B,): the mean over the videos that a caption does not describe, 0 where it describes all."""
    return margins.masked_fill(positives, 0.0).sum(1) / (~positives).sum(1).clamp(min=1)


def _mean(values: Tensor, chosen: Tensor) -> Tensor:
    return values.masked_fill(~chosen, 0.0).sum() / chosen.sum().clamp(min=1)
