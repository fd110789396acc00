"""What the server keeps in memory is shared by threads: every cache has a lock, and none loses its head under load."""

from __future__ import annotations

import ast
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import bioviz
from bioviz.datasets import library
from bioviz.datasets.build import build_dataset
from bioviz.flags import flag, load_flags
from bioviz.server.clips import find_clip, native_samples
from bioviz.server.memory.recently_used import RecentlyUsed
from bioviz.store.arrays import load_array, save_array
from tests.sounds import folder_per_class

PACKAGE = Path(bioviz.__file__).parent
CACHES = {
    "LRUCache",
    "TTLCache",
    "LFUCache",
    "FIFOCache",
    "RRCache",
    "Cache",
    "TLRUCache",
    "OrderedDict",
    "defaultdict",
}
CHANGES = {
    "add",
    "update",
    "setdefault",
    "pop",
    "popitem",
    "append",
    "extend",
    "clear",
    "remove",
    "discard",
    "insert",
}
# Filled while modules are imported, which Python does one at a time.
FILLED_AT_IMPORT = {"bioviz/datasets/formats/registry.py", "bioviz/analysis/diagnosis/causes/registry.py"}


def called(node: ast.AST) -> str:
    return ast.unparse(node.func).rsplit(".", 1)[-1] if isinstance(node, ast.Call) else ""


def unlocked(tree: ast.Module) -> list[str]:
    """Caches of a module that threads may change at a time: decorators without a lock, and variables without one."""
    found = [
        ast.unparse(node)
        for node in ast.walk(tree)
        if called(node) in ("cached", "cachedmethod")
        and not {k.arg for k in node.keywords} & {"lock", "condition"}
    ]
    names: dict[str, bool] = {}
    for node in tree.body:
        targets = (
            node.targets
            if isinstance(node, ast.Assign)
            else [node.target]
            if isinstance(node, ast.AnnAssign)
            else []
        )
        value = getattr(node, "value", None)
        empty = isinstance(value, ast.Dict | ast.Set | ast.List) and not ast.unparse(value).strip("{}[]")
        if called(value) in CACHES or empty or (called(value) in ("set", "dict", "list") and not value.args):
            names |= {ast.unparse(target): True for target in targets}
    locked: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.With) and any("lock" in ast.unparse(item).lower() for item in node.items):
            locked |= set(ast.walk(node))
    used_by_cached = {
        name.id
        for node in ast.walk(tree)
        if called(node) == "cached"
        for name in ast.walk(node)
        if isinstance(name, ast.Name)
    }
    for function in (
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ):
        for node in ast.walk(function):
            changed = None
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in CHANGES
            ):
                changed = ast.unparse(node.func.value)
            elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
                changed = ast.unparse(node.value)
            if changed in names and changed not in used_by_cached and node not in locked:
                found.append(f"{changed} in {function.name}")
    return found


def test_every_cache_of_a_module_has_a_lock():
    offences = {
        name: found
        for path in sorted(PACKAGE.rglob("*.py"))
        if (name := path.relative_to(PACKAGE.parent).as_posix()) not in FILLED_AT_IMPORT
        and (found := unlocked(ast.parse(path.read_text(encoding="utf-8"))))
    }
    assert not offences


@pytest.mark.parametrize(
    "source",
    ["_a = {}\ndef f(x):\n    _a[x] = 1", "_a: set[int] = set()\ndef f(x):\n    _a.add(x)",
     "_a = LRUCache(8)\ndef f(x):\n    _a[x] = 1", "@cached(LRUCache(8))\ndef f(x):\n    return x"],
)  # fmt: skip
def test_a_cache_without_a_lock_is_noticed(source):
    assert unlocked(ast.parse(source))
    held = "_a = {}\n_lock = Lock()\ndef f(x):\n    with _lock:\n        _a[x] = 1"
    assert not unlocked(ast.parse(held))


def test_many_threads_on_more_datasets_than_are_kept(tmp_path):
    datasets = []
    for number in range(12):
        dataset = build_dataset(
            folder_per_class(tmp_path / f"calls {number}", files=1), name=f"calls {number}"
        )
        library.save(dataset)
        flag(dataset, 0, "fine", user="anna")
        save_array(tmp_path / f"{number}.npy", dataset.clips.start_s)
        datasets.append(dataset)
    held = RecentlyUsed(10)
    barrier = threading.Barrier(8)

    def hammer(seed: int) -> int:
        rng, done = random.Random(seed), 0
        barrier.wait()
        for _ in range(60):
            number = rng.randrange(12)
            dataset = library.load(datasets[number].id)
            assert dataset.version == datasets[number].version and len(load_flags(dataset)) == 1
            assert len(native_samples(find_clip(dataset.id, 0), 0.0))
            assert load_array(tmp_path / f"{number}.npy").tolist() == dataset.clips.start_s.tolist()
            held.put(number, number, rng.randrange(1, 8))
            assert held.get(number) in (None, number)
            done += 1
        return done

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(hammer, range(8))) == 8 * 60
