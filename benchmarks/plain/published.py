"""Weights of the published implementations, by their names, into the plain models."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

HGR_NAMES = {
    "video_encoder/level_embeds.0": "video.event",
    "video_encoder/level_embeds.1": "video.verb",
    "video_encoder/level_embeds.2": "video.noun",
    "video_encoder/ft_attn": "video.attention",
    "text_encoder/embedding.we": "text.embedding",
    "text_encoder/rnn": "text.rnn",
    "text_encoder/ft_attn": "text.attention",
    "text_encoder/role_embedding": "text.roles",
    "text_encoder/gcn.layers.0.ctx_layer": "text.graph.message",
    "text_encoder/gcn.layers.0.layernorm": "text.graph.norm",
    "text_encoder/gcn.layers.0.edge_attn_query": "text.graph.query",
    "text_encoder/gcn.layers.0.edge_attn_key": "text.graph.key",
}
"""Published module -> plain module."""
HANET_NAMES = HGR_NAMES | {
    "video_encoder/classifier_verb.0": "video_verbs.convolution",
    "video_encoder/classifier_verb.1": "video_verbs.norm",
    "video_encoder/classifier_noun.0": "video_nouns.convolution",
    "video_encoder/classifier_noun.1": "video_nouns.norm",
    "text_encoder/classifier_verb.0": "text_verbs.convolution",
    "text_encoder/classifier_verb.1": "text_verbs.norm",
    "text_encoder/classifier_noun.0": "text_nouns.convolution",
    "text_encoder/classifier_noun.1": "text_nouns.norm",
    "video_encoder/bn_verb": "video_verbs.norm",
    "video_encoder/bn_noun": "video_nouns.norm",
    "text_encoder/bn_verb": "text_verbs.norm",
    "text_encoder/bn_noun": "text_nouns.norm",
    "video_encoder/seblock1.fc.0": "verb_gate.squeeze",
    "video_encoder/seblock1.fc.2": "verb_gate.excite",
    "video_encoder/seblock2.fc.0": "noun_gate.squeeze",
    "video_encoder/seblock2.fc.2": "noun_gate.excite",
}
"""The same for HANet, whose norms stand under two names."""
UNUSED = ("video_encoder/conv1", "video_encoder/conv2", "text_encoder/fc")
"""Weights of the published HANet that no output depends on."""


def rename(weights: Mapping[str, Tensor], names: Mapping[str, str]) -> dict[str, Tensor]:
    """Published parameter names -> names in a plain model.

    Args:
        weights: By published name, "<submodule>/<module path>.<tensor>".
        names: HGR_NAMES or HANET_NAMES.

    Raises:
        KeyError: For a name that the table lacks.
    """
    renamed = {}
    for name, tensor in weights.items():
        if name.startswith(UNUSED):
            continue
        module, _, leaf = name.rpartition(".")
        renamed[f"{names[module]}.{leaf}"] = tensor
    return renamed


def load_published(model: nn.Module, weights: Mapping[str, Tensor], names: Mapping[str, str]) -> None:
    """Fill every parameter of a plain model from published weights; a missing or further name is an error."""
    model.load_state_dict(rename(weights, names))
