"""Of umap-learn its class `UMAP` is used alone: what is inside may change with any version."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    "path", sorted((PROJECT / "bioviz").rglob("*.py")), ids=lambda path: str(path.relative_to(PROJECT))
)
def test_nothing_inside_umap_learn_is_used(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert (node.module or "").split(".")[0] != "umap", f"line {node.lineno}"
        elif isinstance(node, ast.Import):
            assert not any(name.name.startswith("umap.") for name in node.names), f"line {node.lineno}"
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "umap":
            assert node.attr == "UMAP", f"line {node.lineno}: only umap.UMAP is public"
