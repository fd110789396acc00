"""Sentences speak of the dataset's own unit of independence, never of recordings where it is another."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from bioviz.analysis.diagnosis.verdict.verdict import verdict
from bioviz.analysis.misclustered.chance import Chance, PlacementChance
from bioviz.analysis.misclustered.placement import LISTS
from bioviz.analysis.misclustered.words import against_chance
from bioviz.analysis.unit_words import UnitWords
from tests.analysis.diagnosis.test_diagnosis import run
from tests.analysis.planted import planted

PROJECT = Path(__file__).resolve().parents[2] / "bioviz"
CLAIM = re.compile(
    r"(other|same) recordings?\b|\b(by|over) recordings?\b|than \S+ recordings|one recording at a time|"
    r"of the recordings that|among the recordings|knows recordings"
)
ABOUT_FILES = {
    "ui/datasets/questions.py",  # tables that speak of the same recordings
    "datasets/problems.py",
    "datasets/independence.py",  # says how the unit was found
    "training/outcome.py",  # the test recordings of a training
}


def said(path: Path) -> list[str]:
    """String literals of a file that are no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    statements = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docs | statements
    ]


@pytest.mark.parametrize("folder", ["analysis", "ui", "cli", "reports", "experiments", "plots"])
def test_no_sentence_takes_the_recording_for_the_unit(folder):
    found = {}
    for path in (PROJECT / folder).rglob("*.py"):
        name = path.relative_to(PROJECT).as_posix()
        if name not in ABOUT_FILES and (lines := [text for text in said(path) if CLAIM.search(text)]):
            found[name] = lines
    assert not found


def test_words():
    site = UnitWords("site")
    assert (site.other, site.by, site.counted(1), site.counted(3)) == (
        "other sites",
        "by site",
        "1 site",
        "3 sites",
    )
    assert UnitWords("original recording").fewer_than(8) == "fewer than 8 original recordings"


def test_the_verdict_speaks_of_the_unit():
    p = planted(n=600, labels=3)
    text = " ".join(clause.text for clause in verdict(run(p, unit="night")))
    assert "in other nights" in text and "recordings" not in text


def test_chance_is_dealt_among_the_unit():
    found = Chance(3, 10.0, 6.0, 14.0, "fewer")
    counts = dict.fromkeys((*LISTS, "with_its_label", "background"), 10)
    chance = PlacementChance(wrong_side=found, among_background=found, mixed=None, recordings=12)
    assert "among the sites" in against_chance(counts, chance, "site")
