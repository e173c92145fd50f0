"""What the options of every loss have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class LossConfig(BaseModel):
    """Base of every loss's options: frozen, unknown keys are errors; `name` is the key in LOSSES."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
