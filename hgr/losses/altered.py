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
    owners: Sequence[str | None],
    real: Tensor,
    *,
    fused: str,
    temperature: float,
) -> dict[str, Tensor]:
    """What it costs that altered captions score as high as the true ones, each with the video of both.

    softplus((s_altered - s_true) / t): at the owner's level, on the fused score, and, for pairs with an owner, as a
    choice among the levels: minus the log of the owner's share in a softmax over (s_true - s_altered) / t.

    Args:
        true: Matrix name, `fused` and levels, -> (B,) scores of the captions.
        altered: The same of their altered versions.
        owners: (B,) the level that should notice, None where no single one should.
        real: (B,) bool, False where a caption has no altered version.
        fused: Name of the fused matrix.
        temperature: Divides differences of scores.

    Returns:
        "altered_owner", "altered_fused" and "altered_choice", each the mean over its pairs, 0 without any.
    """
    margins = {name: (true[name] - altered[name]).float() / temperature for name in true}
    levels = [name for name in margins if name != fused]
    owned = torch.tensor([levels.index(o) if o in levels else -1 for o in owners], device=real.device)
    by_level = torch.stack([margins[name] for name in levels], dim=1)
    has_owner = real & (owned >= 0)
    own = by_level.gather(1, owned.clamp(min=0).unsqueeze(1)).squeeze(1)
    return {
        "altered_owner": _mean(softplus(-own), has_owner),
        "altered_fused": _mean(softplus(-margins[fused]), real),
        "altered_choice": _mean(by_level.logsumexp(1) - own, has_owner),
    }


def _mean(values: Tensor, chosen: Tensor) -> Tensor:
    return values.masked_fill(~chosen, 0.0).sum() / chosen.sum().clamp(min=1)
