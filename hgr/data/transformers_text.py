"""BERT-like text features of captions, token by token, from a network in the `transformers` format."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from hgr.data.feature_writer import FeatureStoreWriter, StreamPlan
from hgr.data.features import FeatureStore
from hgr.data.folder import load_folder
from hgr.data.items import Caption
from hgr.data.recipes import Recipe
from hgr.data.text_features import sentence_id
from hgr.errors import DataError

LEAST_TOKENS = 5
"""What is left of a sentence when a paragraph has to be cut, its last token among them, as published in COOT."""


class TextNetwork:
    """A tokenizer and an encoder, loaded from a folder without running any code that it carries.

    Args:
        folder: A folder with config.json, a fast or slow tokenizer with "[CLS]"- and "[SEP]"-like tokens, safetensors.
        layers: Which hidden layers are put side by side; the published ones are the last two.
        device: Where it runs.

    Raises:
        DataError: Not such a folder, or a network without such tokens or layers.
    """

    def __init__(self, folder: Path, layers: Sequence[int] = (-2, -1), device: str = "cpu") -> None:
        from transformers import AutoModel, AutoTokenizer

        if not (folder / "config.json").is_file():
            raise DataError(f"{folder}: expected a transformers folder, found no config.json")
        try:
            self.tokenizer = AutoTokenizer.from_pretrained(
                str(folder), local_files_only=True, trust_remote_code=False
            )
            model = AutoModel.from_pretrained(
                str(folder),
                local_files_only=True,
                trust_remote_code=False,
                use_safetensors=True,
                dtype="float32",
            )
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise DataError(f"{folder}: the network cannot be loaded: {error}") from error
        self.folder, self.layers, self.device = folder, tuple(layers), device
        self.model: Any = model.eval().to(device)
        self.first, self.last = self.tokenizer.cls_token_id, self.tokenizer.sep_token_id
        count = int(self.model.config.num_hidden_layers) + 1
        if self.first is None or self.last is None:
            raise DataError(f"{folder}: the tokenizer has no tokens for the start and the end of a sentence")
        if not self.layers or not all(-count <= layer < count for layer in self.layers):
            raise DataError(f"{folder}: layers {self.layers}, the network has {count} with its embeddings")
        self.limit = int(getattr(self.model.config, "max_position_embeddings", 512))

    @property
    def width(self) -> int:
        """Size of a token's feature."""
        return int(self.model.config.hidden_size) * len(self.layers)

    def recipe(self) -> Recipe:
        """How the features are made."""
        digest = hashlib.sha256()
        for file in sorted(self.folder.glob("*.safetensors")):
            digest.update(file.read_bytes())
        options = {"layers": list(self.layers), "preset": "paragraph"}
        return Recipe(
            f"transformers:{self.folder.resolve()}", f"sha256:{digest.hexdigest()}", options=options
        )

    def tokens(self, sentences: Sequence[str]) -> list[list[int]]:
        """Token ids of a paragraph, by sentence.

        Blanks are collapsed, a single final dot is dropped, a dot inside a sentence becomes a separator; "[CLS]" stands
        before the first sentence and "[SEP]" after each. A paragraph that is too long loses tokens from its last
        sentence backwards; every sentence keeps LEAST_TOKENS, its last token among them.

        Raises:
            DataError: The paragraph has too many sentences even so.
        """
        found = []
        for number, sentence in enumerate(sentences):
            text = " ".join(sentence.split())
            text = text[:-1].rstrip() if text.endswith(".") and not text.endswith("..") else text
            ids: list[int] = [self.first] if number == 0 else []
            for part in text.split(". "):
                ids += [*self.tokenizer.encode(part, add_special_tokens=False), self.last]
            found.append(ids)
        surplus = sum(map(len, found)) - self.limit
        for number in reversed(range(len(found))):
            drop = min(max(surplus, 0), max(len(found[number]) - LEAST_TOKENS, 0))
            if drop:
                found[number] = [*found[number][: len(found[number]) - drop - 1], found[number][-1]]
                surplus -= drop
        if surplus > 0:
            raise DataError(
                f"a paragraph of {len(sentences)} sentences does not fit into {self.limit} tokens"
            )
        return found

    @torch.inference_mode()
    def features(self, sentences: Sequence[str]) -> list[np.ndarray]:
        """Features of a paragraph, read as a whole, by sentence: (tokens, D) each."""
        ids = self.tokens(sentences)
        joined = torch.tensor([[token for part in ids for token in part]], device=self.device)
        hidden = self.model(joined, output_hidden_states=True).hidden_states
        values = torch.cat([hidden[layer][0] for layer in self.layers], dim=-1).float().cpu()
        return [part.numpy() for part in values.split([len(part) for part in ids])]


def extract_text_features(
    folder: Path, out: Path, network: TextNetwork, *, stream: str = "words", dtype: str = "float16"
) -> FeatureStore:
    """Write the text feature store of a data set's captions; see hgr/data/text_features.py for its ids.

    Args:
        folder: The data set; its captions.jsonl is read.
        out: The store, usually `<folder>/text_features`.
        network: What reads the captions.
        stream: Name of the stream.
        dtype: "float16" or "float32".

    Raises:
        DataError: The store is there already, or a caption that cannot be read; the message names it.
    """
    captions = load_folder(folder).captions
    with FeatureStoreWriter(out, {stream: StreamPlan(network.width, network.recipe(), dtype)}) as writer:
        for caption in captions:
            for name, values in _parts(caption, network):
                writer.add(name, {stream: values})
        return writer.finish()


def _parts(caption: Caption, network: TextNetwork) -> list[tuple[str, np.ndarray]]:
    sentences = [segment.text for segment in caption.segments] or [caption.text]
    try:
        found = network.features(sentences)
    except DataError as error:
        raise DataError(f"caption {caption.id!r}: {error}") from error
    if not caption.segments:
        return [(caption.id, found[0])]
    return [(sentence_id(caption.id, number), values) for number, values in enumerate(found)]
