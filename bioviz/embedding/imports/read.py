"""Find out what a file or folder of embeddings is, and read it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bioviz.embedding.imports.arrays import read_npy, read_npz, read_table
from bioviz.embedding.imports.folders import is_bacpipe, is_birdnet, read_bacpipe, read_birdnet
from bioviz.embedding.imports.hoplite import is_hoplite, read_hoplite
from bioviz.embedding.imports.results import Results
from bioviz.errors import BadInput

KINDS = (
    "a .npy or .npz file with a table of its clips, a Parquet or CSV table, a folder of bacpipe's, a hoplite database, "
    "or BirdNET-Analyzer's embeddings"
)


def read_results(path: Path, table: Path | None = None, given: Mapping[str, str] | None = None) -> Results:
    """Read embeddings that somebody else computed.

    Parameters
    ----------
    path
        File or folder.
    table
        Of the clips of a .npy or .npz file; else one of the same name beside it.
    given
        What the user says of columns: "path", "start", "end", "embedding" to their names; "window_s" to the length of a
        window in seconds, where only its beginning is there.

    Raises
    ------
    BadInput
        It is none of these, damaged, or too large. Unclear: says which columns are not known.

    """
    given = given or {}
    if not path.exists():
        raise BadInput(f"{path} is not there.")
    if path.is_dir():
        if is_hoplite(path):
            return read_hoplite(path, given.get("window_s", ""))
        if is_bacpipe(path):
            return read_bacpipe(path)
        if is_birdnet(path):
            return read_birdnet(path)
        inner = sorted(
            each.name for each in path.iterdir() if each.is_dir() and (is_bacpipe(each) or is_hoplite(each))
        )
        if inner:
            raise BadInput(
                f"{path} holds several results. Choose one of its folders: {', '.join(inner[:10])}."
            )
        raise BadInput(f"{path} holds no embeddings that are known. Known are {KINDS}.")
    suffix = path.suffix.lower()
    if suffix == ".npy":
        return read_npy(path, table, given)
    if suffix == ".npz":
        return read_npz(path, table, given)
    if suffix in (".parquet", ".csv"):
        return read_table(path, given)
    if path.name in ("hoplite.sqlite", "usearch.index"):
        return read_hoplite(path.parent, given.get("window_s", ""))
    raise BadInput(f"{path.name} is none that is known. Known are {KINDS}.")
