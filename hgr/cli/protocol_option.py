"""The option by which a command goes on though a split is not what its protocol expects."""

from __future__ import annotations

from typing import Annotated

import typer

ProtocolDeviates = Annotated[
    bool,
    typer.Option(
        "--protocol-deviates",
        help="Go on where the split is not what the protocol expects; the result says that it deviates.",
    ),
]
