"""Fine-grained video-text retrieval by hierarchical graph reasoning."""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"
__all__ = ["Retriever", "__version__"]

if TYPE_CHECKING:
    from hgr.retrieval.retriever import Retriever


def __getattr__(name: str) -> object:
    """Import `Retriever` on first use: it needs torch, and `import hgr` must stay quick."""
    if name == "Retriever":
        from hgr.retrieval.retriever import Retriever

        return Retriever
    raise AttributeError(f"module 'hgr' has no attribute {name!r}")
