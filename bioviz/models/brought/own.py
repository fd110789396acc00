"""Model files that users bring: each in a folder of its own with a small readable card, no code and no restart."""

from __future__ import annotations

import hashlib
import math
import re
import shutil
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bioviz import rights
from bioviz.errors import BadInput, Missing
from bioviz.models.base import PRETRAINED, Graph, ModelCard, WeightsFile
from bioviz.models.brought import shelf
from bioviz.models.brought.uploads import discard_upload, folder, uploaded
from bioviz.models.runtimes import remote_code, session
from bioviz.models.score_names import OWN_NAMES, as_names
from bioviz.models.weights import file_sha256
from bioviz.progress import Progress
from bioviz.store.files import Corrupt, disk_trouble, read_json, write_atomic, write_json

if TYPE_CHECKING:
    import numpy as np

FAMILY = "Your own files"
PREFIX = "own_"
SCALES = ("", "logit", "probability")
"""What the scores of a file are; "" where it is not known."""
MAX_RATE, MAX_WINDOW_S = 1_000_000, 120.0


@dataclass(frozen=True)
class OwnCard:
    """What a user said of a model file; kept as JSON beside it.

    Attributes
    ----------
    title
        Its name on screen.
    file
        Name of the file in the same folder.
    sha256
        Of the file.
    runtime, input, embedding, peak
        See `base.Graph`.
    sample_rate, window_s, hop_s
        Hz that the file takes; seconds of its window (None: clips of any length) and from one to the next.
    dim
        Numbers in an embedding, as found by trying.
    scores, scale
        See `base.Graph`; their names are in the file, or in `labels.txt` beside it.
    beside
        Names and sha256 (hex) of files in the same folder that decide its numbers too.
    licence, reference
        As the user knows them; may be "".
    kind
        Of which program it is, in words; "" where that is not known.

    """

    title: str
    file: str
    sha256: str
    runtime: str
    embedding: str
    sample_rate: int
    window_s: float | None
    hop_s: float
    dim: int
    input: str = ""
    peak: float | None = None
    scores: str = ""
    scale: str = ""
    beside: Mapping[str, str] = field(default_factory=dict)
    licence: str = ""
    reference: str = ""
    kind: str = ""


def cards() -> list[ModelCard]:
    """List the cards of all files brought, by title; a folder whose card cannot be read is passed over."""
    return shelf.cards_of(PREFIX, _kept)


def find(name: str) -> ModelCard | None:
    """Return the card of one file brought; None where there is none of this name. Raises BadInput if damaged."""
    return shelf.card_named(name, PREFIX, _kept)


def inspect_job(params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """`runtimes.session.inspect` as a job, since a hostile file may bring its process down: params["path"]."""
    progress.report("Reading the file", 0, 1, "files")
    path = uploaded(params["path"])
    return asdict(session.inspect(path, trusted=_is_trusted(path, params)))


def what_runs(path: Path) -> str:
    """Return a hash of what of a file, or of the folder around it, would run as a program; "" where nothing does."""
    runs = [path] if session.SUFFIXES.get(path.suffix) in session.RUN_CODE else []
    if path.suffix in session.FOLDERS:
        runs += [path.with_name(name) for name in remote_code.files_of(path.parent)]
    if not runs:
        return ""
    digest = hashlib.sha256()
    for each in runs:
        with each.open("rb") as file:  # read anew: size and time say little of what somebody may have changed
            digest.update(f"{each.name} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return digest.hexdigest()


def _is_trusted(path: Path, params: dict[str, Any]) -> bool:
    """Whether the user said that what runs now may run: params["trusted"] is its hash.

    Raises
    ------
    BadInput
        Something else was agreed to.

    """
    agreed = params.get("trusted") or ""
    if agreed and agreed != what_runs(path):
        raise BadInput(f"The code of {path.name} is not the one that was agreed to. Look at it again.")
    return bool(agreed)


def add_job(params: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Try an uploaded file on sound, and keep it with its card if it works.

    Parameters
    ----------
    params
        "path", and the fields of `OwnCard` but those that are found here (file, sha256, dim); "names": names of the
        scores, one a line, may be left out; "trusted": of a program that may be opened, what `what_runs` gives.

    Returns
    -------
    {"model": its name, "dim": numbers in an embedding, "seconds": of one window}

    Raises
    ------
    BadInput
        It cannot be run so, its numbers are not finite, or they do not depend on the sound.

    """
    path = uploaded(params["path"])
    said = {key: value for key, value in params.items() if key in {field.name for field in fields(OwnCard)}}
    beside = {name: file_sha256(path.with_name(name)) for name in _beside(path)}
    own = {"file": f"model{path.suffix}", "sha256": file_sha256(path), "beside": beside}
    draft = _checked({**said, **own, "dim": 1})
    trusted = _is_trusted(path, params)
    session.check_trust(draft.runtime, draft.title, trusted)
    if path.suffix in session.FOLDERS:
        remote_code.check_trust(path.parent, trusted)
    progress.report("Trying it on sound", 0, 1, "files")
    dim, seconds = _try(path, draft)
    card = _checked({**asdict(draft), "dim": dim})
    name = f"{PREFIX}{_slug(card.title)}_{_identity(card)}"
    target = folder() / name
    with disk_trouble(target / card.file):
        target.mkdir(parents=True, exist_ok=True)
        for source, kept in ((path, card.file), *((path.with_name(each), each) for each in card.beside)):
            shutil.copyfile(source, target / f".{kept}")
            (target / f".{kept}").replace(target / kept)
    if names := as_names(str(params.get("names") or "").encode()) or _names_inside(path):
        write_atomic(target / OWN_NAMES, "\n".join(names).encode())
    write_json(target / shelf.CARD, asdict(card))
    discard_upload(path)
    return {"model": name, "dim": dim, "seconds": seconds}


def remove(name: str) -> None:
    """Delete a file that was brought, with its card; embeddings computed with it stay in the cache.

    Raises
    ------
    Missing
        There is none of this name.

    """
    rights.require()
    if not re.fullmatch(rf"{PREFIX}[a-z0-9_]+", name) or not (folder() / name).is_dir():
        raise Missing(f"There is no model file {name!r}.")
    shutil.rmtree(folder() / name)


def _try(path: Path, card: OwnCard) -> tuple[int, float]:
    """Numbers in an embedding and the seconds that a window takes. Raises BadInput."""
    import numpy as np

    samples = round(card.sample_rate * (card.window_s or 1.0))
    graph = _graph(card)
    opened = session.open_session(path, graph, None if card.window_s is None else samples)
    time_s = np.arange(samples) / card.sample_rate
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 0.05, samples).astype(np.float32)
    sweep = (0.3 * np.sin(2 * np.pi * card.sample_rate / 16 * time_s * (1 + time_s))).astype(np.float32)
    vectors = [
        _vector(opened.run(sound).embedding) for sound in (noise, sweep, np.zeros(samples, np.float32))
    ]
    started = time.perf_counter()
    again = _vector(opened.run(noise).embedding)
    seconds = time.perf_counter() - started
    if not all(np.isfinite(vector).all() for vector in vectors):
        raise BadInput("Its numbers are not finite for noise, a sweep or silence. Choose another tensor.")
    if np.array_equal(vectors[0], vectors[1]):
        raise BadInput("It gives the same numbers for noise and for a sweep. Choose another tensor.")
    if not np.array_equal(vectors[0], again):
        raise BadInput("It gives other numbers for the same sound each time, so its embeddings mean nothing.")
    return len(vectors[0]), seconds


def _vector(values: np.ndarray) -> np.ndarray:
    from bioviz.models.file_model import pooled

    return pooled(values)


def _read(path: Path) -> OwnCard:
    try:
        value = read_json(path)
    except (OSError, Corrupt) as error:
        raise BadInput(f"{path} is damaged ({error}). Add the model file again.") from error
    if not isinstance(value, dict):
        raise BadInput(f"{path} is no card of a model. Add the model file again.")
    return _checked(value)


def _checked(value: dict[str, Any]) -> OwnCard:
    """Make a card from untrusted values. Raises BadInput naming what cannot be."""
    names = {field.name for field in fields(OwnCard)}
    if not isinstance(value, dict) or value.keys() - names:
        raise BadInput("The card of the model file has fields that are not known.")
    try:
        card = OwnCard(**value)
    except TypeError as error:
        raise BadInput(f"The card of the model file is not complete ({error}).") from error
    texts = (
        card.title,
        card.file,
        card.sha256,
        card.runtime,
        card.embedding,
        card.input,
        card.scores,
        card.licence,
        card.reference,
        card.kind,
    )
    numbers = {
        "sample_rate": (card.sample_rate, 100, MAX_RATE),
        "hop_s": (card.hop_s, 0.001, MAX_WINDOW_S),
        "dim": (card.dim, 1, session.MAX_DIM),
    }
    if card.window_s is not None:
        numbers["window_s"] = (card.window_s, 0.01, MAX_WINDOW_S)
    if card.peak is not None:
        numbers["peak"] = (card.peak, 1e-6, 1.0)
    if not all(isinstance(text, str) and len(text) < 500 for text in texts) or not card.title.strip():
        raise BadInput("The card of the model file needs a title, and texts of fewer than 500 letters.")
    if card.scale not in SCALES:
        raise BadInput(f"The scale of the scores is {card.scale!r}; it must be logit, probability or empty.")
    if card.runtime not in session.REQUIRES:
        raise BadInput(f"Nothing here runs model files of the kind {card.runtime!r}.")
    if not re.fullmatch(r"model\.(tflite|onnx|safetensors|pt2|pt)", card.file) or not re.fullmatch(
        r"[0-9a-f]{64}", card.sha256
    ):
        raise BadInput("The card of the model file does not name a file beside it.")
    allowed = _beside_at_most(Path(card.file))
    if not isinstance(card.beside, dict) or not all(
        (name in allowed or (allowed and remote_code.PYTHON.fullmatch(name)))
        and re.fullmatch(r"[0-9a-f]{64}", str(sha256))
        for name, sha256 in card.beside.items()
    ):
        raise BadInput("The card of the model file names files beside it that it cannot have.")
    for name, (number, least, most) in numbers.items():
        is_number = isinstance(number, int | float) and not isinstance(number, bool) and math.isfinite(number)
        if not is_number or not least <= number <= most:
            raise BadInput(f"{name} is {number!r}; it must be from {least:g} to {most:g}.")
    if not isinstance(card.sample_rate, int) or not isinstance(card.dim, int):
        raise BadInput("The sample rate and the dimension must be whole numbers.")
    return card


def _kept(name: str, path: Path) -> ModelCard:
    return _model_card(name, _read(path))


def _model_card(name: str, card: OwnCard) -> ModelCard:
    window = "clips of any length" if card.window_s is None else f"windows of {card.window_s:g} s"
    return ModelCard(
        name=name,
        title=card.title,
        family=FAMILY,
        sample_rate=card.sample_rate,
        window_s=card.window_s,
        dim=card.dim,
        licence=card.licence or "not stated",
        reference=card.reference or "a file of yours",
        about=f"A {card.kind or 'model file'} that was added here; it takes {window}.",
        checkpoints=(PRETRAINED,),
        weights=WeightsFile(card.file, sha256=card.sha256, folder=folder() / name),
        preprocessing="waveform-1",
        autocast=False,
        graph=_graph(card),
    )


def _beside(path: Path) -> tuple[str, ...]:
    """Return the files that a model file needs beside it."""
    there = tuple(name for name in _beside_at_most(path) if path.with_name(name).is_file())
    return (*there, *remote_code.files_of(path.parent)) if path.suffix in session.FOLDERS else ()


def _beside_at_most(path: Path) -> tuple[str, ...]:
    """Return the settings that may be beside a model file, by its name alone."""
    from bioviz.models.runtimes.transformers import BESIDE

    return BESIDE if path.suffix in session.FOLDERS else ()


def _graph(card: OwnCard) -> Graph:
    """How the file of a card is run."""
    beside = tuple(sorted(card.beside.items()))
    return Graph(
        card.runtime, card.embedding, card.hop_s, card.input, card.peak, card.scores, card.scale, beside
    )


def _names_inside(path: Path) -> tuple[str, ...]:
    """Return the names of the scores that a folder of transformers holds."""
    from bioviz.models.runtimes import transformers

    return transformers.names(path.parent) if path.suffix in session.FOLDERS else ()


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:40] or "model"


def _identity(card: OwnCard) -> str:
    return hashlib.sha256(repr(sorted(asdict(card).items())).encode()).hexdigest()[:8]
