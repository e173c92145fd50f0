"""Scripts that print ratios measured in one run; nothing here asserts a time."""

import os

os.environ.setdefault(
    "OMP_WAIT_POLICY", "PASSIVE"
)  # before torch: spinning threads distort every figure under load
