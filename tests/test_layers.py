"""Imports go one way, heavy libraries stay where they belong, and nothing unpickles."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import SLOW

PROJECT = Path(__file__).resolve().parents[1]
BASE = {
    "counts",
    "dates",
    "percent",
    "errors",
    "rights",
    "progress",
    "config",
    "plugins",
    "store",
    "__version__",
}
# From left to right; a layer may import itself and what stands before it.
LAYERS = [
    "datasets",
    "user_logs",
    "flags",
    "annotations",
    "audio",
    "models",
    "cluster",
    "embedding",
    "analysis",
    "runs",
    "experiments",
    "training",
    "study",
    "plots",
    "reports",
    "server",
    "ui",
    "pages",
]
BESIDE = {"cli", "__main__", "__init__"}  # the command line imports what it likes
HEAVY = {
    "torch",
    "torchaudio",
    "torchvision",
    "streamlit",
    "umap",
    "librosa",
    "sklearn",
    "pandas",
    "numba",
} | {"distributed", "dask"}


def sources() -> list[Path]:
    return sorted([*(PROJECT / "bioviz").rglob("*.py"), *(PROJECT / "pages").rglob("*.py")])


def layer_of(path: Path) -> str:
    parts = path.relative_to(PROJECT).parts
    return "pages" if parts[0] == "pages" else Path(parts[1]).stem


def imports(tree: ast.AST) -> Iterator[str]:
    """Dotted names of the modules that a file imports, anywhere in it; `from bioviz import x` is bioviz.x."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            if node.module == "bioviz":
                yield from (f"bioviz.{name.name}" for name in node.names)
            else:
                yield node.module or ""


def own(path: Path) -> set[str]:
    """Layers of bioviz that a file imports."""
    names = (name.split(".") for name in imports(ast.parse(path.read_text())))
    return {parts[1] for parts in names if parts[0] == "bioviz" and len(parts) > 1}


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PROJECT)))
def test_imports_go_to_the_left(path):
    layer, used = layer_of(path), own(path)
    if layer in BESIDE:
        return
    if layer in BASE:
        allowed = BASE
    elif layer == "jobs":
        allowed = BASE | {"jobs"}
    else:
        assert layer in LAYERS, f"give {layer} its place in LAYERS"
        place = LAYERS.index(layer)
        allowed = BASE | set(LAYERS[: place + 1])
        if place >= LAYERS.index("runs"):
            allowed |= {"jobs"}
    assert used <= allowed, f"{layer} must not import {sorted(used - allowed)}"


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PROJECT)))
def test_torch_and_streamlit_stay_where_they_belong(path):
    layer = layer_of(path)
    used = {name.split(".")[0] for name in imports(ast.parse(path.read_text()))}
    if layer in ("analysis", "plots"):
        assert not used & {"torch", "torchaudio", "torchvision"}
    if layer not in ("ui", "pages"):
        assert "streamlit" not in used


def test_opening_imports_nothing_heavy():
    light = "jobs runs cli datasets.library embedding.stored.sets analysis.scores models.registry"
    code = f"import sys, {', '.join('bioviz.' + name for name in light.split())}; print(*{HEAVY!r} & set(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=PROJECT)
    assert loaded.returncode == 0, loaded.stderr
    assert loaded.stdout.split() == []


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PROJECT)))
def test_nothing_unpickles(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            assert not {name.name for name in node.names} & {"pickle", "shelve", "dill", "joblib", "marshal"}
        elif isinstance(node, ast.ImportFrom) and node.module == "pickle":
            assert {name.name for name in node.names} <= {"UnpicklingError"}  # to catch, not to do
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            call = f"{ast.unparse(node.func.value)}.{node.func.attr}"
            given = {word.arg: ast.unparse(word.value) for word in node.keywords}
            if call in ("np.load", "numpy.load"):
                assert given.get("allow_pickle") == "False", f"line {node.lineno}"
            if call == "torch.load":
                assert given.get("weights_only") == "True", f"line {node.lineno}"
            assert call not in ("yaml.load", "pd.read_pickle", "joblib.load"), f"line {node.lineno}"


def rooms() -> list[str]:
    """Folders of the package that hold modules, relative to the project."""
    return sorted(
        {path.parent.relative_to(PROJECT).as_posix() for path in (PROJECT / "bioviz").rglob("*.py")}
    )


@pytest.mark.parametrize("room", rooms())
def test_the_readme_shows_every_room(room):
    architecture = (PROJECT / "README.md").read_text(encoding="utf-8").split("## Architecture")[1]
    tree = architecture.split("Imports go only")[0]
    assert f"{room if room.count('/') < 2 else room.rpartition('/')[2]}/" in tree, (
        f"the README's tree lacks {room}"
    )


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PROJECT)))
def test_one_module_touches_the_session(path):
    if path.relative_to(PROJECT).as_posix() == "bioviz/ui/session.py":
        return
    names = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
    assert "session_state" not in names, "use bioviz.ui.session"


@pytest.mark.parametrize("path", SLOW)
def test_what_is_named_as_slow_is_there(path):
    """A file that moved would be taken for a fast one."""
    assert (PROJECT / path).exists()
