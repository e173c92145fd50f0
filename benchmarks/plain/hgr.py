"""HGR as published: padded tensors throughout, dense role graphs."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from benchmarks.plain.graph import DenseGraphAttention
from benchmarks.plain.matching import cosine, local

EMPTY_SLOT = -1e10
"""What every coordinate of an unused slot holds, as published."""
NUM_ROLES = 16


@dataclass(frozen=True)
class TextBatch:
    """Captions, padded to the longest.

    Attributes:
        words: (B, L) int64.
        lengths: (B,) int64.
        verbs: (B, Vn, L) bool, the words of each verb slot.
        nouns: (B, Nn, L) bool.
        roles: (B, Vn + Nn) int64.
        adjacency: (B, 1 + Vn + Nn, 1 + Vn + Nn).
    """

    words: Tensor
    lengths: Tensor
    verbs: Tensor
    nouns: Tensor
    roles: Tensor
    adjacency: Tensor

    def __getitem__(self, rows: slice | Tensor) -> TextBatch:
        return TextBatch(
            self.words[rows],
            self.lengths[rows],
            self.verbs[rows],
            self.nouns[rows],
            self.roles[rows],
            self.adjacency[rows],
        )


@dataclass(frozen=True)
class VideoBatch:
    """Videos, padded: frames (B, F, dim) and lengths (B,)."""

    frames: Tensor
    lengths: Tensor

    def __getitem__(self, rows: slice | Tensor) -> VideoBatch:
        return VideoBatch(self.frames[rows], self.lengths[rows])


class TextEncoder(nn.Module):
    """Words -> BiGRU -> event by attention, verbs and nouns by max pooling -> roles -> graph attention."""

    def __init__(
        self, num_words: int, word_width: int, width: int, dropout: float, graph_dropout: float
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(num_words, word_width)
        self.rnn = nn.GRU(word_width, width, batch_first=True, bidirectional=True)
        self.attention = nn.Linear(width, 1)
        self.roles = nn.Embedding(NUM_ROLES, width)
        self.graph = DenseGraphAttention(width, graph_dropout)
        self.dropout = nn.Dropout(dropout)

    def states(self, batch: TextBatch) -> tuple[Tensor, Tensor]:
        """Word states (B, L, D), directions averaged, and the mask of real words (B, L)."""
        vectors = self.dropout(self.embedding(batch.words))
        packed = pack_padded_sequence(vectors, batch.lengths.cpu(), batch_first=True, enforce_sorted=False)
        states, _ = pad_packed_sequence(self.rnn(packed)[0], batch_first=True, total_length=vectors.shape[1])
        mask = torch.arange(vectors.shape[1], device=vectors.device) < batch.lengths[:, None]
        forward, backward = states.chunk(2, dim=-1)
        return (forward + backward) / 2, mask

    def phrases(self, states: Tensor, slots: Tensor) -> Tensor:
        """Maximum over the words of every slot, (B, K, D); an unused slot holds EMPTY_SLOT."""
        return states[:, None].masked_fill(~slots[..., None], EMPTY_SLOT).amax(dim=2)

    def forward(self, batch: TextBatch) -> dict[str, Tensor]:
        """Event (B, D), verbs and nouns (B, K, D), their forms before the graph, word states and masks."""
        states, mask = self.states(batch)
        weights = self.attention(states).squeeze(-1).masked_fill(~mask, -torch.inf).softmax(dim=-1)
        event = (weights[..., None] * states).sum(dim=1)
        before = torch.cat([self.phrases(states, batch.verbs), self.phrases(states, batch.nouns)], dim=1)
        nodes = torch.cat([event[:, None], before * self.roles(batch.roles)], dim=1)
        nodes = self.graph(nodes, batch.adjacency)
        verbs = batch.verbs.shape[1]
        return {
            "event": nodes[:, 0],
            "verbs": nodes[:, 1 : 1 + verbs],
            "nouns": nodes[:, 1 + verbs :],
            "verb_mask": batch.verbs.any(dim=-1),
            "noun_mask": batch.nouns.any(dim=-1),
            "verbs_before": before[:, :verbs],
            "nouns_before": before[:, verbs:],
            "states": states,
            "word_mask": mask,
        }


class VideoEncoder(nn.Module):
    """Three linear maps of the frames; the event by attention over the first."""

    def __init__(self, dim: int, width: int, dropout: float) -> None:
        super().__init__()
        self.event = nn.Linear(dim, width)
        self.verb = nn.Linear(dim, width)
        self.noun = nn.Linear(dim, width)
        self.attention = nn.Linear(width, 1)
        self.dropout = nn.Dropout(dropout)

    def forward(self, batch: VideoBatch) -> dict[str, Tensor]:
        """Event (B, D), verbs and nouns (B, F, D), the mask of real frames (B, F)."""
        mask = torch.arange(batch.frames.shape[1], device=batch.frames.device) < batch.lengths[:, None]
        event = self.dropout(self.event(batch.frames))
        weights = self.attention(event).squeeze(-1).masked_fill(~mask, -torch.inf).softmax(dim=-1)
        return {
            "event": (weights[..., None] * event).sum(dim=1),
            "verbs": self.dropout(self.verb(batch.frames)),
            "nouns": self.dropout(self.noun(batch.frames)),
            "mask": mask,
        }


class PlainHGR(nn.Module):
    """Both encoders and the three published scores.

    Args:
        num_words: Vocabulary.
        dim: Frame features.
        width: Joint space.
        word_width: Word vectors.
        dropout: Rate on word vectors and frame projections.
        graph_dropout: Rate on graph messages.
    """

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

    def encode_text(self, batch: TextBatch) -> dict[str, Tensor]:
        """What TextEncoder gives."""
        return self.text(batch)

    def encode_video(self, batch: VideoBatch) -> dict[str, Tensor]:
        """What VideoEncoder gives."""
        return self.video(batch)

    def scores(self, text: dict[str, Tensor], video: dict[str, Tensor]) -> dict[str, Tensor]:
        """Matrices (T, V): event, verb, noun."""
        event = cosine(text["event"], video["event"])
        verb = local(text["verbs"], text["verb_mask"], video["verbs"], video["mask"])
        noun = local(text["nouns"], text["noun_mask"], video["nouns"], video["mask"])
        return {"event": event, "verb": verb, "noun": noun}

    def fused(self, scores: dict[str, Tensor]) -> Tensor:
        """What ranks: the mean of the three."""
        return (scores["event"] + scores["verb"] + scores["noun"]) / 3

    def forward(self, text: TextBatch, video: VideoBatch) -> dict[str, Tensor]:
        """Matrices of a batch, "fused" among them."""
        scores = self.scores(self.text(text), self.video(video))
        return scores | {"fused": self.fused(scores)}
