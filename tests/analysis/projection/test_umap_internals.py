"""umap-learn's inner functions: used in one module alone, and only of versions that were tried."""

from __future__ import annotations

import ast
from importlib.metadata import version
from pathlib import Path

import pytest

from bioviz.errors import BadInput

PROJECT = Path(__file__).resolve().parents[3]
HOME = "umap_internals.py"


@pytest.mark.parametrize("installed", ["0.5.9", "0.5.9.post2", "0.5.12", version("umap-learn")])
def test_versions_that_were_tried_are_taken(installed):
    from bioviz.analysis.projection.umap_internals import check_version

    check_version(installed)


@pytest.mark.parametrize("installed", ["0.5.8", "0.4", "0.6", "0.6.0rc1", "1.0.2"])
def test_another_version_is_refused_with_what_to_install(installed):
    from bioviz.analysis.projection.umap_internals import check_version

    with pytest.raises(BadInput, match=f"{installed} is installed. Run: pip install"):
        check_version(installed)


def test_what_umap_compiles_can_be_cached():
    from bioviz.analysis.projection.umap_internals import compiled_functions

    assert len(compiled_functions()) == 3
    assert all(callable(function.enable_caching) for function in compiled_functions())


@pytest.mark.parametrize(
    "path", sorted((PROJECT / "bioviz").rglob("*.py")), ids=lambda path: str(path.relative_to(PROJECT))
)
def test_inner_functions_are_used_in_one_module(path):
    if path.name == HOME:
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert (node.module or "").split(".")[0] != "umap", f"line {node.lineno}: take it from {HOME}"
        elif isinstance(node, ast.Import):
            assert not any(name.name.startswith("umap.") for name in node.names), f"line {node.lineno}"
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "umap":
            assert node.attr == "UMAP", f"line {node.lineno}: only umap.UMAP is public"
