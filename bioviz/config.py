"""Where bioviz reads and writes. Everything comes from the environment, with defaults that just work."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_dir

from bioviz.errors import BadInput

PACKAGE = Path(__file__).resolve().parent
PROJECT = PACKAGE.parent
"""Whence `import bioviz` works: the project in a checkout, the folder of installed packages otherwise."""
INSTALLED = PACKAGE / "installed"
"""What the wheel puts inside the package: `app.py`, `pages/` and Streamlit's settings; absent in a checkout."""


_MOST_GB = 1_000_000
STORED_AS = ("float32", "float16")
"""Numbers in which an embedding set can be stored."""
LOCKS, LEASES = "locks", "leases"


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
    device
        What models run on where nothing else is said, "" for the best there is (`BIOVIZ_DEVICE`).
    cluster
        On whose workers recordings are computed, "" for this computer alone (`BIOVIZ_CLUSTER`; `cluster.spec`).
    stored_as
        Numbers in which new embedding sets are stored: "float32" or "float16" (`BIOVIZ_STORED_AS`).
    clusters
        Those that pages offer (`BIOVIZ_CLUSTERS`, separated by spaces).
    claims
        How processes claim work: LOCKS of the system, LEASES, or "" for what fits the disk (`BIOVIZ_CLAIMS`).

    """

    cache_dir: Path
    data_roots: tuple[Path, ...]
    weights_dirs: tuple[Path, ...]
    cache_limit_bytes: int
    device: str = ""
    cluster: str = ""
    stored_as: str = "float32"
    clusters: tuple[str, ...] = ()
    claims: str = ""

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


def _path(name: str, text: str) -> Path:
    """Return the folder that a setting names. Raises BadInput."""
    try:
        return Path(text).expanduser().resolve()
    except (OSError, RuntimeError, ValueError) as error:  # an unknown user, a loop of links, a null byte
        raise BadInput(f"{name} names {text[:200]!r}, which cannot be a folder ({error}).") from error


def _paths(name: str, default: Callable[[], Path]) -> tuple[Path, ...]:
    named = [each for each in os.environ.get(name, "").split(os.pathsep) if each]
    if named:
        return tuple(_path(name, each) for each in named)
    try:
        return (default().resolve(),)
    except (OSError, RuntimeError) as error:
        raise BadInput(f"This account has no home folder ({error}). Name the folder in {name}.") from error


def _limit_bytes() -> int:
    text = os.environ.get("BIOVIZ_CACHE_GB", "").strip() or "50"
    try:
        gigabytes = float(text)
    except ValueError:
        gigabytes = math.nan
    if not 0 <= gigabytes <= _MOST_GB:
        raise BadInput(
            f"BIOVIZ_CACHE_GB is {text[:40]!r}: it must be a number of GB from 0 to {_MOST_GB:,}, such as 50."
        )
    return int(gigabytes * 1e9)


def _claims() -> str:
    text = os.environ.get("BIOVIZ_CLAIMS", "").strip()
    if text not in ("", LOCKS, LEASES):
        raise BadInput(
            f"BIOVIZ_CLAIMS is {text[:40]!r}: it must be {LOCKS} (of the system) or {LEASES} (which hold between "
            "computers). Where it is not set the disk decides."
        )
    return text


def _stored_as() -> str:
    text = os.environ.get("BIOVIZ_STORED_AS", "").strip() or "float32"
    if text not in STORED_AS:
        raise BadInput(f"BIOVIZ_STORED_AS is {text[:40]!r}: it must be {' or '.join(STORED_AS)}.")
    return text


def share_compiled_code() -> None:
    """Keep what numba compiles in the cache folder, once for all processes. Call before numba is imported."""
    os.environ.setdefault("NUMBA_CACHE_DIR", str(settings().cache_dir / "numba"))


def settings() -> Settings:
    """Read the settings anew (cheap), so that tests and jobs can set the environment.

    Raises
    ------
    BadInput
        One of them cannot be used.

    """
    named = os.environ.get("BIOVIZ_CACHE")
    cache = _path("BIOVIZ_CACHE", named) if named else _paths("BIOVIZ_CACHE", _default_cache)[0]
    return Settings(
        cache_dir=cache,
        data_roots=_paths("BIOVIZ_DATA", Path.home),
        weights_dirs=_paths("BIOVIZ_WEIGHTS", lambda: cache / "weights"),
        cache_limit_bytes=_limit_bytes(),
        device=os.environ.get("BIOVIZ_DEVICE", "").strip(),
        stored_as=_stored_as(),
        cluster=os.environ.get("BIOVIZ_CLUSTER", "").strip(),
        clusters=tuple(os.environ.get("BIOVIZ_CLUSTERS", "").split()),
        claims=_claims(),
    )
