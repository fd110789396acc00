"""Every key of the session is declared once, in `ui/state/`, and used; nothing else makes one up."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from bioviz.ui import state
from bioviz.ui.session import Element, Elements, Key, Keys
from tests.browsing import PROJECT

UI = PROJECT / "bioviz" / "ui"
MAKERS = ("Element", "Elements", "Key", "Keys")
HANDING_ON = ("seeded", "count")  # they give their key to a function of theirs
SORTING = ("sorted", "min", "max", "sort")
STATES = {name: value for name, value in vars(state).items() if name.endswith("State")}
PARTS = {name for name, value in STATES.items() if "__init__" in vars(value)}  # made with a word


def modules() -> list[Path]:
    """Modules that use keys."""
    own = [
        path for path in UI.rglob("*.py") if path != UI / "session.py" and UI / "state" not in path.parents
    ]
    return sorted([*own, *(PROJECT / "pages").glob("*.py")])


def of_project(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def declared(group: object, name: str) -> Iterator[tuple[str, str, object]]:
    """(class, attribute, key) of all that a class of `ui/state/`, or one made from it, declares."""
    for attribute, value in vars(group).items():
        if isinstance(value, (Element, Elements, Keys)):
            yield name, attribute, value
        elif type(value).__name__ in STATES:
            yield from declared(value, type(value).__name__)


def all_declared() -> list[tuple[str, str, object]]:
    """Of the pages and, made with its own name as the word, of every part that several pages have."""
    return [
        each
        for name, group in STATES.items()
        for each in declared(group(name) if name in PARTS else group, name)
    ]


def is_declared(value: ast.expr, known: set[str]) -> bool:
    """Whether an expression is a key of `ui/state/`: Page.key, Page.keys(which), keys.key, or one of their names."""
    if isinstance(value, ast.Name):
        return value.id in known
    if isinstance(value, ast.Call):
        return is_declared(value.func, known | set(STATES))
    if isinstance(value, ast.Attribute):
        return ast.unparse(value).split(".")[0] in {*STATES, *known}
    return False


def names_of_keys(function: ast.AST) -> set[str]:
    """Parameters typed as keys, and names that are given one, in a function and in what stands in it."""
    known: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.arg) and node.annotation is not None:
            words = ast.unparse(node.annotation)
            if any(
                words.split("[")[0] == name for name in (*MAKERS, *STATES, "KeyOf", "MapProps", "BenchProps")
            ):
                known.add(node.arg)
    for node in ast.walk(function):  # breadth first, so that a name is known before what is made of it
        if isinstance(node, ast.Assign) and is_declared(node.value, known):
            known |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        if isinstance(node, ast.FunctionDef) and ast.unparse(node.returns or ast.Constant(None)) == "Element":
            known.add(node.name)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in HANDING_ON:
            known |= {arg.arg for each in node.args if isinstance(each, ast.Lambda) for arg in each.args.args}
            assert is_declared(node.args[0], known), f"line {node.lineno}: {ast.unparse(node.args[0])}"
    return known


@pytest.mark.parametrize("path", modules(), ids=of_project)
def test_every_key_that_is_used_is_declared(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for function in [node for node in tree.body if isinstance(node, ast.FunctionDef)]:
        known = names_of_keys(function)
        for call in [node for node in ast.walk(function) if isinstance(node, ast.Call)]:
            called = ast.unparse(call.func).split(".")[-1]
            assert called not in MAKERS, f"line {call.lineno}: declare it in ui/state/"
            for word in call.keywords:
                if word.arg in ("key", "keys") and called not in SORTING:
                    assert is_declared(word.value, known), (
                        f"line {call.lineno}: key={ast.unparse(word.value)}"
                    )


def test_an_invented_key_is_noticed():
    for source in (
        'st.button("A", key="a")',
        'st.button("A", key=f"a_{i}")',
        'key = "a"; st.button(key=key)',
    ):
        function = ast.parse(f"def f(i: int) -> None:\n    {source}").body[0]
        calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
        assert not is_declared(calls[-1].keywords[-1].value, names_of_keys(function))


def test_every_declared_key_is_used():
    used = {
        node.attr
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
    }
    written = "\n".join(path.read_text(encoding="utf-8") for path in modules())
    for name, attribute, _ in all_declared():
        assert attribute in used, f"{name}.{attribute}"
        assert name in PARTS or f"{name}.{attribute}" in written, f"{name}.{attribute}"


def test_no_two_keys_share_a_name():
    names = Counter(
        str(key) if isinstance(key, Element) else key.pattern  # type: ignore[attr-defined]
        for _, _, key in all_declared()
    )
    assert len(names) > 200
    assert [name for name, count in names.items() if count > 1] == []


def test_defaults_are_shared_by_all_sessions_so_they_cannot_change():
    for name, attribute, key in all_declared():
        if isinstance(key, (Key, Keys)):
            assert isinstance(key.default, (str, int, tuple, frozenset, type(None))), f"{name}.{attribute}"


def test_a_key_holds_reads_and_forgets(monkeypatch):
    held: dict[str, object] = {}
    monkeypatch.setattr("streamlit.session_state", held)
    key = Keys("row_{}", 7)(3)
    assert key.get() == 7 and key == "row_3"
    key.set(8)
    assert held == {"row_3": 8} and key.get() == 8
    assert key.pop() == 8 and key.get() == key.pop() == 7
