"""The package as pip installs it: the same needs as requirements.txt, and an app that runs from anywhere."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.browsing import PROJECT, free_port, running

PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))


def pins(name: str) -> dict[str, str]:
    """Version by package of a requirements file."""
    lines = (PROJECT / name).read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith(("#", "-r")))


@pytest.mark.parametrize(
    ("declared", "file"),
    [
        (PYPROJECT["project"]["dependencies"], "requirements.txt"),
        (PYPROJECT["project"]["optional-dependencies"]["dev"], "requirements-dev.txt"),
        (PYPROJECT["project"]["optional-dependencies"]["files"], "requirements-files.txt"),
    ],
    ids=["dependencies", "dev", "files"],
)
def test_requirements_and_pyproject_name_the_same(declared, file):
    needs = {need.name: need for need in map(Requirement, declared)}
    pinned = pins(file)
    assert set(needs) == set(pinned)
    for name, version in pinned.items():
        assert Version(version) in needs[name].specifier, f"{name} {version} is not {needs[name].specifier}"


def test_the_readme_and_the_package_agree_on_python():
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    least = re.search(r"Python (3\.\d+)", readme).group(1)
    assert PYPROJECT["project"]["requires-python"].startswith(f">={least}")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel that pip builds of this project."""
    folder = tmp_path_factory.mktemp("wheel")
    build = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--no-deps", "-q", "-w", str(folder), str(PROJECT)],
        capture_output=True,
        text=True,
    )
    assert build.returncode == 0, build.stderr
    return next(folder.glob("bioviz-*.whl"))


def test_the_wheel_holds_all_that_the_app_needs(wheel):
    held = set(zipfile.ZipFile(wheel).namelist())
    tracked = subprocess.run(["git", "ls-files", "bioviz"], cwd=PROJECT, capture_output=True, text=True)
    sources = tracked.stdout.split() if tracked.returncode == 0 and tracked.stdout else []
    assert {name for name in sources if not name.startswith(".")} <= held
    for page in (PROJECT / "pages").glob("*.py"):
        assert f"bioviz/installed/pages/{page.name}" in held
    assert {"bioviz/installed/app.py", "bioviz/installed/.streamlit/config.toml"} <= held
    assert not {name for name in held if name.startswith(("tests/", "cache/"))}


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """Python of a fresh environment with the wheel in it; its dependencies are those of this one."""
    folder = tmp_path_factory.mktemp("fresh")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = folder / "bin" / "python"
    site = Path(
        subprocess.run(
            [python, "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
    )
    here = Path(pytest.__file__).parent.parent
    (site / "dependencies.pth").write_text(f"{here}\n", encoding="utf-8")
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "-q", str(wheel)]
    done = subprocess.run(install, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return python


def environment(home: Path) -> dict[str, str]:
    """Of a user whose home is `home`, in which nothing of bioviz is set."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BIOVIZ", "PYTHON"))}
    return {**kept, "HOME": str(home), "XDG_CACHE_HOME": str(home / ".cache")}


def test_the_command_works_in_any_folder_and_keeps_its_cache_with_the_user(installed, tmp_path):
    command = [str(installed.parent / "bioviz"), "cache", "--json"]
    done = subprocess.run(command, cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert Path(json.loads(done.stdout)["folder"]) == tmp_path / ".cache" / "bioviz"


@pytest.mark.browser
def test_the_installed_app_opens_the_demo(installed, tmp_path, browser):
    port = free_port()
    command = [installed.parent / "bioviz", "open", "--no-browser", "--port", str(port)]
    address = f"http://localhost:{port}"
    with running(command, address, tmp_path / "log", environment(tmp_path), tmp_path) as url:
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(url)
        page.get_by_role("button", name="Open the demo").click(timeout=120_000)
        page.locator(".bioviz-map").wait_for(timeout=600_000)
    assert (tmp_path / ".cache" / "bioviz" / "datasets").is_dir()
