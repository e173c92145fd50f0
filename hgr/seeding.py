"""All global random numbers of a process: seeded once, captured and put back as plain values."""

from __future__ import annotations

import os
import random
from typing import Any

import numpy as np
import torch


def seed_everything(seed: int) -> None:
    """Seed Python's, NumPy's and torch's global random numbers, on every device."""
    random.seed(seed)
    np.random.seed([seed % 2**32, seed >> 32])
    torch.manual_seed(seed)


def random_state(device: torch.device | str = "cpu") -> dict[str, Any]:
    """The state of all global random numbers, as plain values and tensors.

    Args:
        device: Where the model computes; its generator is captured too if it is a GPU.
    """
    _, keys, position, has_gauss, cached = np.random.get_state(legacy=True)
    state: dict[str, Any] = {
        "python": random.getstate(),
        "numpy": (
            torch.from_numpy(np.asarray(keys, dtype=np.int64)),
            int(position),
            int(has_gauss),
            float(cached),
        ),
        "torch": torch.get_rng_state(),
    }
    if torch.device(device).type == "cuda":
        state["cuda"] = torch.cuda.get_rng_state(device)
    return state


def set_random_state(state: dict[str, Any], device: torch.device | str = "cpu") -> None:
    """Put back what `random_state` captured. A GPU's generator is left alone where the state is from a CPU run."""
    random.setstate(state["python"])
    keys, position, has_gauss, cached = state["numpy"]
    np.random.set_state(("MT19937", keys.numpy().astype(np.uint32), position, has_gauss, cached))
    torch.set_rng_state(state["torch"])
    if "cuda" in state and torch.device(device).type == "cuda":
        torch.cuda.set_rng_state(state["cuda"], device)


def use_deterministic_operators() -> None:
    """Refuse operators whose result may differ between two runs on the same machine; slower on a GPU."""
    os.environ.setdefault(
        "CUBLAS_WORKSPACE_CONFIG", ":4096:8"
    )  # cuBLAS is deterministic only with a fixed workspace
    torch.use_deterministic_algorithms(True)
    torch.backends.cudnn.benchmark = False
