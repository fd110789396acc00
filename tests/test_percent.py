"""Percentages look the same everywhere: "88 %", with a no-break space, made by one helper."""

from __future__ import annotations

import ast
from pathlib import Path

from bioviz.percent import COLUMN, hundredths, percent, told_apart

PACKAGE = Path(__file__).resolve().parent.parent / "bioviz"


def test_one_format():
    assert percent(0.876) == "88\u00a0%" and percent(0.0123, 1) == "1.2\u00a0%"
    assert COLUMN % hundredths(0.876) == "88\u00a0%" and hundredths(None) is None


def test_two_shares_have_the_digits_that_tell_them_apart():
    assert told_apart(0.5, 0.25) == ("50\u00a0%", "25\u00a0%")
    assert told_apart(0.0006, 0.0001) == ("0.1\u00a0%", "0.0\u00a0%")
    assert told_apart(0.00049, 0.0001) == ("0.05\u00a0%", "0.01\u00a0%")
    assert told_apart(0.3, 0.3) == ("30\u00a0%", "30\u00a0%")


def test_nobody_formats_a_percentage_by_hand():
    """Neither as f"{x:.0%}" nor as f"{x} %" (a number written out in a sentence, as in "95 % interval", is text)."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.name == "percent.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "format" and _is(node.value, "percent"):
                found.append(f"{path.relative_to(PACKAGE)}:{node.value.lineno}")
            if not isinstance(node, ast.JoinedStr):
                continue
            for value, following in zip(node.values, [*node.values[1:], None], strict=True):
                if not isinstance(value, ast.FormattedValue):
                    continue
                spec = value.format_spec
                by_spec = spec is not None and ast.unparse(spec).rstrip("'\"").endswith("%")
                after = following.value if isinstance(following, ast.Constant) else ""
                if (by_spec and "%Y" not in ast.unparse(spec)) or str(after).lstrip(" \u00a0").startswith(
                    "%"
                ):
                    found.append(f"{path.relative_to(PACKAGE)}:{node.lineno}")
    assert not found


def test_scripts_show_no_percentage_of_their_own():
    """In JavaScript they are widths and places of CSS; numbers for readers come from Python, or from `percent.js`."""
    allowed = {
        "clip_cards.js", "export.js", "finding_cards.js", "legend.js", "percent.js", "tour_bar.js", "view.js",
    }  # fmt: skip
    found = [
        path.name
        for path in PACKAGE.rglob("*.js")
        if path.name not in allowed
        and any(f"{end}%" in path.read_text(encoding="utf-8") for end in ("}", "} ", "0", "5"))
    ]
    assert not found


def _is(node: ast.expr, text: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == text
