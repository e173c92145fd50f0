"""HANet as published: HGR's encoders, concept heads over every padded frame and word, seven scores."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from benchmarks.plain.hgr import TextBatch, TextEncoder, VideoBatch, VideoEncoder
from benchmarks.plain.loss import hardest_hinge, masked_bce
from benchmarks.plain.matching import cosine, jaccard, local

NUM_VERBS, NUM_NOUNS = 512, 1024
"""Concept vocabularies."""
VERB_TOKENS, NOUN_TOKENS = 10, 20
"""Concepts that become tokens of a video."""
TOP_SHARE = 8
"""A concept's probability is the mean over its best ceil(length / TOP_SHARE) frames or words."""
WINDOW = 2
"""Frames on either side of a peak that join a verb token."""
NOUN_FRAMES = 3
"""Best frames that make a noun token."""
CONCEPT_WEIGHT, BCE_WEIGHT = 0.1, 0.01


@dataclass(frozen=True)
class ConceptLabels:
    """Labels (B, C) and masks (B, C) of a batch's captions, for both vocabularies."""

    verbs: Tensor
    verb_mask: Tensor
    nouns: Tensor
    noun_mask: Tensor


class ConceptHead(nn.Module):
    """Convolution over time, batch norm, sigmoid."""

    def __init__(self, width: int, concepts: int, kernel: int) -> None:
        super().__init__()
        self.convolution = nn.Conv1d(width, concepts, kernel, padding=kernel // 2)
        self.norm = nn.BatchNorm1d(concepts)

    def forward(self, sequence: Tensor) -> Tensor:
        """(B, L, D) -> probabilities (B, C, L); padding is treated like any other position."""
        return self.norm(self.convolution(sequence.transpose(1, 2))).sigmoid()


class Gate(nn.Module):
    """Squeeze and excitation over all positions, padding included."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.squeeze = nn.Linear(width, hidden, bias=False)
        self.excite = nn.Linear(hidden, width, bias=False)

    def forward(self, sequence: Tensor) -> Tensor:
        """(B, L, D) -> (B, L, D)."""
        return sequence * self.excite(self.squeeze(sequence.mean(dim=1)).relu()).sigmoid()[:, None]


def top_mean(probabilities: Tensor, lengths: Tensor) -> Tensor:
    """Per class, the mean over its best ceil(length / 8) real positions.

    Args:
        probabilities: (B, C, L).
        lengths: (B,).

    Returns:
        (B, C).
    """
    positions = torch.arange(probabilities.shape[-1], device=lengths.device)
    real = positions < lengths[:, None]
    ordered = probabilities.masked_fill(~real[:, None], -1.0).sort(dim=-1, descending=True).values
    count = (lengths + TOP_SHARE - 1) // TOP_SHARE
    chosen = positions < count[:, None]
    return ordered.masked_fill(~chosen[:, None], 0.0).sum(dim=-1) / count[:, None]


def _chosen_probabilities(probabilities: Tensor, concepts: Tensor, tokens: int, lengths: Tensor) -> Tensor:
    """Probabilities over time of the `tokens` strongest concepts, (B, tokens, L), -1 on padding."""
    best = concepts.topk(tokens, dim=-1).indices
    rows = probabilities.gather(1, best[..., None].expand(-1, -1, probabilities.shape[-1]))
    real = torch.arange(probabilities.shape[-1], device=lengths.device) < lengths[:, None]
    return rows.masked_fill(~real[:, None], -1.0)


def verb_tokens(gated: Tensor, probabilities: Tensor, concepts: Tensor, lengths: Tensor) -> Tensor:
    """Five frames around each chosen verb's peak where all ten windows fit, else the peaks; (B, 10, D)."""
    peaks = _chosen_probabilities(probabilities, concepts, VERB_TOKENS, lengths).argmax(dim=-1)
    fits = (peaks.amax(dim=1) + WINDOW < lengths) & (peaks.amin(dim=1) > WINDOW - 1)
    offsets = torch.arange(-WINDOW, WINDOW + 1, device=peaks.device) * fits[:, None, None]
    return _mean_of_frames(gated, peaks[..., None] + offsets)


def noun_tokens(gated: Tensor, probabilities: Tensor, concepts: Tensor, lengths: Tensor) -> Tensor:
    """The three best frames of each chosen noun, the peak alone in videos of one or two; (B, 20, D)."""
    rows = _chosen_probabilities(probabilities, concepts, NOUN_TOKENS, lengths)
    best = rows.topk(min(NOUN_FRAMES, rows.shape[-1]), dim=-1).indices
    short = (lengths < NOUN_FRAMES)[:, None, None]
    return _mean_of_frames(gated, torch.where(short, best[..., :1], best))


def _mean_of_frames(frames: Tensor, chosen: Tensor) -> Tensor:
    """Mean of chosen frames: frames (B, F, D), chosen (B, K, n) -> (B, K, D)."""
    rows = torch.arange(len(frames), device=frames.device)[:, None, None]
    return frames[rows, chosen].mean(dim=2)


class PlainHANet(nn.Module):
    """Both encoders, the seven published scores and the published loss; arguments as PlainHGR."""

    def __init__(
        self,
        num_words: int,
        dim: int = 2048,
        width: int = 1024,
        word_width: int = 300,
        dropout: float = 0.2,
        graph_dropout: float = 0.5,
    ) -> None:
        super().__init__()
        self.text = TextEncoder(num_words, word_width, width, dropout, graph_dropout)
        self.video = VideoEncoder(dim, width, dropout)
        self.text_verbs, self.text_nouns = ConceptHead(width, NUM_VERBS, 1), ConceptHead(width, NUM_NOUNS, 1)
        self.video_verbs, self.video_nouns = (
            ConceptHead(width, NUM_VERBS, 5),
            ConceptHead(width, NUM_NOUNS, 1),
        )
        self.verb_gate, self.noun_gate = Gate(width, width // 16), Gate(width, width // 16)

    def encode_text(self, batch: TextBatch) -> dict[str, Tensor]:
        """HGR's text side and the caption's concept vectors."""
        out = self.text(batch)
        out["verb_concepts"] = top_mean(self.text_verbs(out["states"]), batch.lengths)
        out["noun_concepts"] = top_mean(self.text_nouns(out["states"]), batch.lengths)
        return out

    def encode_video(self, batch: VideoBatch) -> dict[str, Tensor]:
        """HGR's video side, concept vectors and the tokens of the strongest concepts."""
        out = self.video(batch)
        verbs, nouns = self.video_verbs(out["verbs"]), self.video_nouns(out["nouns"])
        out["verb_concepts"] = top_mean(verbs, batch.lengths)
        out["noun_concepts"] = top_mean(nouns, batch.lengths)
        out["verb_tokens"] = verb_tokens(
            self.verb_gate(out["verbs"]), verbs, out["verb_concepts"], batch.lengths
        )
        out["noun_tokens"] = noun_tokens(
            self.noun_gate(out["nouns"]), nouns, out["noun_concepts"], batch.lengths
        )
        return out

    def scores(self, text: dict[str, Tensor], video: dict[str, Tensor]) -> dict[str, Tensor]:
        """The seven matrices (T, V)."""
        return {
            "event": cosine(text["event"], video["event"]),
            "verb": local(text["verbs"], text["verb_mask"], video["verb_tokens"]),
            "noun": local(text["nouns"], text["noun_mask"], video["noun_tokens"]),
            "concept_verb": jaccard(text["verb_concepts"], video["verb_concepts"]),
            "concept_noun": jaccard(text["noun_concepts"], video["noun_concepts"]),
            "indiv_verb": local(text["verbs_before"], text["verb_mask"], video["verbs"], video["mask"]),
            "indiv_noun": local(text["nouns_before"], text["noun_mask"], video["nouns"], video["mask"]),
        }

    def groups(self, scores: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Mean of the five semantic matrices and mean of the two concept matrices."""
        semantic = [matrix for name, matrix in scores.items() if not name.startswith("concept")]
        concept = [matrix for name, matrix in scores.items() if name.startswith("concept")]
        return sum(semantic[1:], semantic[0]) / len(semantic), sum(concept[1:], concept[0]) / len(concept)

    def fused(self, scores: dict[str, Tensor]) -> Tensor:
        """What ranks at test time."""
        semantic, concept = self.groups(scores)
        return (semantic + concept) / 2

    def loss(self, text: TextBatch, video: VideoBatch, labels: ConceptLabels) -> Tensor:
        """Hinges of both groups and four masked cross entropies, weighted as published."""
        left, right = self.encode_text(text), self.encode_video(video)
        semantic, concept = self.groups(self.scores(left, right))
        entropy = torch.stack(
            [
                masked_bce(side["verb_concepts"], labels.verbs, labels.verb_mask)
                + masked_bce(side["noun_concepts"], labels.nouns, labels.noun_mask)
                for side in (left, right)
            ]
        ).sum()
        return hardest_hinge(semantic) + CONCEPT_WEIGHT * hardest_hinge(concept) + BCE_WEIGHT * entropy
