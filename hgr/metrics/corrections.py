"""Corrections of a similarity matrix after the fact. Each says what it looked at; none is a plain ranking.

Numbers that used one stand in rows of their own. All work on text-to-video, (Q, C) with queries in rows; give
the transposed matrix for the other direction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from hgr.errors import DataError


@dataclass(frozen=True)
class Correction:
    """One correction.

    Attributes:
        name: What its row is called.
        looked_at: What it needed beside the query and the candidates.
        transductive: True where it looked at the other test queries, which a single user's search does not
            have.
        apply: (similarity (Q, C), bank (B, C) or None, temperature) -> (Q, C).
    """

    name: str
    looked_at: str
    transductive: bool
    apply: Callable[[Tensor, Tensor | None, float], Tensor]


def dual_softmax(similarity: Tensor, temperature: float) -> Tensor:
    """Scores times their softmax over all queries: S * softmax over q of (S / temperature).

    Cheng et al., Improving video-text retrieval by multi-stream corpus alignment and dual softmax loss, 2021.

    Args:
        similarity: (Q, C).
        temperature: In the unit of the scores, above 0.
    """
    _check_temperature(temperature)
    return similarity * torch.softmax(similarity.double() / temperature, dim=0)


def inverted_softmax(similarity: Tensor, temperature: float, bank: Tensor | None = None) -> Tensor:
    """Log of each score's share among the queries of a bank, by candidate.

    Smith et al., Offline bilingual word vectors, orthogonal transformations and the inverted softmax, ICLR
    2017.

    Args:
        similarity: (Q, C).
        temperature: In the unit of the scores, above 0.
        bank: (B, C) scores of other queries for the same candidates; the test queries themselves where None.
    """
    _check_temperature(temperature)
    reference = similarity if bank is None else bank
    scaled = similarity.double() / temperature
    return scaled - torch.logsumexp(reference.double() / temperature, dim=0, keepdim=True)


def querybank(similarity: Tensor, temperature: float, bank: Tensor) -> Tensor:
    """Query-bank normalization with dynamic inverted softmax.

    A query whose best candidate is some bank query's best candidate is ranked by its inverted softmax over
    the bank; any other query keeps its scores. Rows of the result are comparable within themselves only.

    Bogolin et al., Cross modal retrieval with querybank normalisation, CVPR 2022.

    Args:
        similarity: (Q, C).
        temperature: In the unit of the scores, above 0.
        bank: (B, C) scores of the bank's queries (training captions) for the same candidates.
    """
    if bank.ndim != 2 or bank.shape[1] != similarity.shape[1]:
        raise DataError(f"bank has shape {tuple(bank.shape)}, expected (B, {similarity.shape[1]})")
    hubs = torch.zeros(similarity.shape[1], dtype=torch.bool)
    hubs[bank.argmax(dim=1)] = True
    normalized = inverted_softmax(similarity, temperature, bank)
    active = hubs[similarity.argmax(dim=1)].unsqueeze(1)
    return torch.where(active, normalized, similarity.double())


def _check_temperature(temperature: float) -> None:
    if not temperature > 0:
        raise ValueError(f"temperature is {temperature}, expected above 0")


def _with_bank(similarity: Tensor, bank: Tensor | None, temperature: float) -> Tensor:
    if bank is None:
        raise DataError("query-bank normalization needs the scores of a bank of training captions")
    return querybank(similarity, temperature, bank)


CORRECTIONS: dict[str, Correction] = {
    correction.name: correction
    for correction in (
        Correction("dual_softmax", "all test queries", True, lambda s, bank, t: dual_softmax(s, t)),
        Correction("inverted_softmax", "all test queries", True, lambda s, bank, t: inverted_softmax(s, t)),
        Correction("querybank", "a bank of training captions", False, _with_bank),
    )
}
"""Name -> correction."""
