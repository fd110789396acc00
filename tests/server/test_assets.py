"""The browser's scripts: all are served, at addresses that change with them, and need nothing from elsewhere."""

from __future__ import annotations

import posixpath
import re

import pytest

from bioviz.errors import Missing
from bioviz.server import assets

ACTS = "components/shared/acts.js"
IMPORT = re.compile(r'^(?:import|export)\s(?:[\w*{}\s,]*\sfrom\s)?"([^"]+)";', re.MULTILINE)


def imported(name: str) -> set[str]:
    """Names of the modules that a module imports."""
    text = assets.scripts()[name].decode()
    return {
        posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) for path in IMPORT.findall(text)
    }


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of components of the test's own; `version()` reads it anew."""
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    (tmp_path / "a.js").write_text('import "./b.js";')
    (tmp_path / "b.js").write_text("export const b = 1;")
    yield tmp_path
    forget()


def forget() -> None:
    assets.scripts.cache_clear()
    assets.scripts_version.cache_clear()


def version() -> str:
    forget()
    return assets.scripts_version()


@pytest.mark.parametrize(
    "name",
    [
        "components/gallery/gallery.js",
        "components/shared/acts.js",
        "components/embedding_map/embedding_map.js",
    ],
)
def test_a_script_is_served_to_be_kept(get, name):
    reply = get(assets.script_path(name))
    assert reply.status == 200
    assert reply.body == (assets.FOLDER / name).read_bytes()
    assert reply.headers["Content-Type"].startswith("text/javascript")
    assert "immutable" in reply.headers["Cache-Control"]
    assert reply.headers["X-Content-Type-Options"] == "nosniff"


def test_what_is_not_of_this_version_is_refused_and_not_kept(get):
    right = assets.script_path("components/shared/acts.js")
    for path in (
        right.replace(assets.scripts_version(), "0" * 16),
        right.replace("acts.js", "acts.py"),
        right.replace("acts.js", "nothing.js"),
        right.replace("components/shared/acts.js", "../../../app.py"),
        right.replace("components/shared/acts.js", "..%2f..%2f..%2fapp.py"),
    ):
        reply = get(path)
        assert reply.status == 404, path
        assert reply.headers.get("Cache-Control", "no-store") == "no-store"


def test_pages_of_other_sites_get_no_scripts(get):
    assert get(assets.script_path("components/shared/acts.js"), Sec_Fetch_Site="cross-site").status == 403


def test_a_script_that_is_not_there_is_said_by_name():
    with pytest.raises(Missing, match=r"gallery/none\.js"):
        assets.script_path("components/gallery/none.js")


def test_the_version_changes_with_each_script_and_with_its_name(folder):
    seen = [version()]
    (folder / "b.js").write_text("export const b = 2;")  # a.js imports it, so a.js has a new address too
    seen.append(version())
    (folder / "b.js").rename(folder / "c.js")
    seen.append(version())
    (folder / "empty.js").write_text("")
    seen.append(version())
    assert len(set(seen)) == 4
    (folder / "note.txt").write_text("no script")
    assert version() == seen[-1]


def test_text_that_moves_from_one_script_to_the_next_changes_the_version(folder):
    before = version()
    (folder / "a.js").write_text('import "./b.js";export')
    (folder / "b.js").write_text(" const b = 1;")
    assert version() != before


@pytest.mark.parametrize("name", sorted(assets.scripts()))
def test_scripts_import_only_what_is_served_beside_them(name):
    assert imported(name) <= set(assets.scripts())


def test_every_script_is_used_by_a_component():
    mounted = set()
    for path in assets.FOLDER.rglob("*.py"):
        mounted |= set(re.findall(r'"([\w/]+\.js)"', path.read_text()))
    reached, todo = set(), mounted & set(assets.scripts())
    while todo:
        name = todo.pop()
        reached.add(name)
        todo |= imported(name) - reached
    assert reached == set(assets.scripts())


@pytest.mark.parametrize("name", sorted(assets.scripts()))
def test_scripts_are_checked_short_and_fetch_nothing_from_elsewhere(name):
    text = assets.scripts()[name].decode()
    assert text.startswith("// @ts-check\n")
    assert "@ts-ignore" not in text and "@ts-nocheck" not in text
    assert text.count("\n") <= 300
    addresses = re.findall(r"\bhttps?://[^\s\"'`]+", text)
    assert set(addresses) <= {"http://www.w3.org/2000/svg"}  # a name, not a place
