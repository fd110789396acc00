"""The models of the tests of training."""

from __future__ import annotations

from tests.training.conftest import tiny_models  # noqa: F401  (fixture)
