"""The recipes of docs/recipes.md do what they say, from outside the package, with the files as they stand there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from tests.browsing import PROJECT

RECIPES = (PROJECT / "docs" / "recipes.md").read_text(encoding="utf-8")


def block(heading: str, after: str) -> str:
    """The code block that follows `after` in the recipe of that heading."""
    part = RECIPES.split(f"## {heading}\n")[1].split("\n## ")[0]
    return re.search(rf"{re.escape(after)}.*?```\w*\n(.*?)```", part, re.S).group(1)


@pytest.fixture
def package(tmp_path) -> Path:
    """A folder on the path with both recipes' modules, installed as a package with their entry points would be."""
    folder = tmp_path / "site"
    info = folder / "recipes-1.0.dist-info"
    info.mkdir(parents=True)
    (folder / "my_format.py").write_text(block("Add a format of annotation tables", "`my_format.py`:"))
    (folder / "my_model.py").write_text(block("Add a model", "`my_model.py`:"))
    (folder / "my_cause.py").write_text(block("Add a cause of confusion", "`my_cause.py`:"))
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: recipes\nVersion: 1.0\n")
    groups = re.findall(r'\[project\.entry-points\."([\w.]+)"\]\n(\w+) = "(\w+)"', RECIPES)
    assert {group for group, _, _ in groups} == {"bioviz.formats", "bioviz.models", "bioviz.causes"}
    (info / "entry_points.txt").write_text(
        "\n".join(f"[{group}]\n{name} = {module}" for group, name, module in groups)
    )
    return folder


def bioviz(package: Path, *arguments: str) -> str:
    """What a command prints in a process of its own, in which the package is on the path."""
    code = f"import sys; sys.path.insert(0, {str(package)!r}); from bioviz.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=PROJECT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_format_and_a_model_of_another_package_are_used(package, tmp_path):
    folder = tmp_path / "calls"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for name in ("a", "b", "c"):
        sf.write(folder / f"{name}.wav", 0.1 * rng.standard_normal(8000 * 12), 8000)
    (folder / "calls.pipes").write_text(
        "a.wav | 3.2 | 4.1 | wren\nb.wav | 9.5 | 9.9 | robin\nc.wav | 1 | 2.5 | wren\n"
    )

    added = bioviz(package, "add", str(folder), "--option", "width_s=1", "--json", "--quiet")
    assert '"wren"' in added and '"robin"' in added
    identity = re.search(r'"dataset": "([^"]+)"', added).group(1)

    assert "loudness" in bioviz(package, "models")
    scores = bioviz(package, "score", identity, "loudness", "--method", "pca", "--json", "--quiet")
    assert '"nmi"' in scores


def test_a_cause_of_another_package_is_looked_for(package):
    code = (
        f"import sys; sys.path.insert(0, {str(package)!r}); from bioviz.analysis.diagnosis.causes import registered;"
        "print([cause.title for cause in registered()])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert "'recording is overdriven'" in done.stdout and "masked" in done.stdout


def test_a_package_that_cannot_be_loaded_stops_nothing(package):
    (package / "my_model.py").write_text("raise RuntimeError('broken')")
    assert "gpv_teacher2" in bioviz(package, "models")
