"""Where bioviz reads and writes. Everything comes from the environment, with defaults that just work."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_dir

from bioviz.errors import BadInput

PACKAGE = Path(__file__).resolve().parent
PROJECT = PACKAGE.parent
"""Whence `import bioviz` works: the project in a checkout, the folder of installed packages otherwise."""
INSTALLED = PACKAGE / "installed"
"""What the wheel puts inside the package: `app.py`, `pages/` and Streamlit's settings; absent in a checkout."""


@dataclass(frozen=True)
class Settings:
    """Folders and limits.

    Attributes
    ----------
    cache_dir
        Everything computed, registered datasets, flags and checkpoints (`BIOVIZ_CACHE`).
    data_roots
        Folders from which datasets may be added (`BIOVIZ_DATA`, separated by the path separator).
    weights_dirs
        Folders searched for pretrained weights (`BIOVIZ_WEIGHTS`).
    cache_limit_bytes
        Size above which embeddings are evicted (`BIOVIZ_CACHE_GB`).

    """

    cache_dir: Path
    data_roots: tuple[Path, ...]
    weights_dirs: tuple[Path, ...]
    cache_limit_bytes: int

    def check_inside(self, path: Path | str) -> Path:
        """Return `path` resolved, links followed.

        Raises
        ------
        BadInput
            It lies outside every data root and outside the cache.

        """
        try:
            resolved = Path(path).expanduser().resolve()
        except (OSError, RuntimeError, ValueError) as error:  # a loop of links, an unknown user, a null byte
            raise BadInput(
                f"{str(path)[:200]!r} cannot be the name of a file or folder ({error})."
            ) from error
        for root in (*self.data_roots, self.cache_dir):
            if resolved.is_relative_to(root):
                return resolved
        roots = ", ".join(str(root) for root in self.data_roots)
        raise BadInput(
            f"{path} is outside the data folders ({roots}). Move it there, or add its folder to BIOVIZ_DATA."
        )


def app_folder() -> Path:
    """Return the folder with `app.py` and `pages/`: the project's in a checkout, inside the package once installed."""
    return INSTALLED if INSTALLED.is_dir() else PROJECT


def _default_cache() -> Path:
    """`cache/` of a checkout; once installed, the platform's folder for caches of this user."""
    return Path(user_cache_dir("bioviz", appauthor=False)) if INSTALLED.is_dir() else PROJECT / "cache"


def _paths(name: str, default: Path) -> tuple[Path, ...]:
    raw = os.environ.get(name, "")
    return tuple(Path(p).expanduser().resolve() for p in raw.split(os.pathsep) if p) or (default.resolve(),)


def share_compiled_code() -> None:
    """Keep what numba compiles in the cache folder, once for all processes. Call before numba is imported."""
    os.environ.setdefault("NUMBA_CACHE_DIR", str(settings().cache_dir / "numba"))


def settings() -> Settings:
    """Read the settings anew (cheap), so that tests and jobs can set the environment."""
    cache = Path(os.environ.get("BIOVIZ_CACHE") or _default_cache()).expanduser().resolve()
    return Settings(
        cache_dir=cache,
        data_roots=_paths("BIOVIZ_DATA", Path.home()),
        weights_dirs=_paths("BIOVIZ_WEIGHTS", cache / "weights"),
        cache_limit_bytes=int(float(os.environ.get("BIOVIZ_CACHE_GB", "50")) * 1e9),
    )
