"""Audio models in the folders of Hugging Face's `transformers`.

HuBERT, wav2vec 2.0, AST, CLAP, Whisper's encoder, and the ConvNeXt and EfficientNet of BirdSet (`birdset.py`).

A folder holds `config.json`, `preprocessor_config.json` and `model.safetensors`. Code that a folder brings is not run
unless the user has said so (`remote_code.py`), and weights in formats that could run some are not read. Everything is
local: nothing is looked up on the network.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bioviz.errors import BadInput
from bioviz.models.base import Graph
from bioviz.models.runtimes import birdset, remote_code
from bioviz.models.runtimes.session import FileFacts, Outputs, Session, Tensor

BESIDE = ("config.json", "preprocessor_config.json")
"""What decides a model's numbers beside its weights."""
MAX_CONFIG_BYTES = 4 << 20
HIDDEN, PROJECTED = "last_hidden_state", "audio_embeds"
_LOCAL: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}


class TransformersSession:
    """One window at a time, so that a window depends on no other."""

    def __init__(self, path: Path, graph: Graph) -> None:
        from transformers import AutoConfig, AutoFeatureExtractor

        self._path, self._output = path, graph.embedding
        # The card names code by its hash only where the user trusted it.
        trusted = any(name.endswith(".py") for name, _ in graph.beside)
        if trusted:
            remote_code.check_code(path.parent, graph.beside)
            remote_code.own_modules()
        how = {**_LOCAL, "trust_remote_code": trusted}
        config = AutoConfig.from_pretrained(path.parent, **how)
        self._extractor = AutoFeatureExtractor.from_pretrained(path.parent, **how)
        self._rate = int(_json(path.parent / BESIDE[1])["sampling_rate"])
        self._tower = _tower(config, path.parent, how)
        self._is_theirs = trusted

    def run(self, window: np.ndarray) -> Outputs:
        import torch

        try:
            with torch.inference_mode():
                given = self._heard(window)
        except (RuntimeError, ValueError, TypeError, IndexError) as error:
            raise BadInput(
                f"{self._path.parent} cannot take a window of {len(window)} samples ({_first(error)})."
            ) from error
        values = getattr(given, self._output, None)
        if values is None and self._is_theirs:
            values = given[0] if isinstance(given, tuple | list) else given
        if not isinstance(values, torch.Tensor) or values.ndim < 2:
            raise BadInput(f"{self._path.parent} gives no {self._output!r}.")
        return Outputs(values[0].float().numpy())

    def _heard(self, window: np.ndarray) -> Any:
        """Return what the network gives; code of the folder's own may give and take plain tensors."""
        try:
            taken = self._extractor(window, sampling_rate=self._rate, return_tensors="pt")
        except TypeError:
            if not self._is_theirs:
                raise
            taken = self._extractor(window)
        return self._tower(**taken) if isinstance(taken, Mapping) else self._tower(taken)


def _tower(config: Any, folder: Path, given: dict[str, Any]) -> Any:
    """Return what hears, in eval mode: of Whisper and CLAP that part alone."""
    from transformers import AutoModel, ClapAudioModelWithProjection, WhisperModel

    how: dict[str, Any] = {**given, "use_safetensors": True}
    if config.model_type == "whisper":
        how.pop("trust_remote_code")
        return WhisperModel.from_pretrained(folder, **how).get_encoder().eval()
    if config.model_type == "clap":
        how.pop("trust_remote_code")
        return ClapAudioModelWithProjection.from_pretrained(folder, **how).eval()
    return AutoModel.from_pretrained(folder, **how).eval()


def open_session(path: Path, graph: Graph, samples: int | None) -> Session:
    """Load the model of a weights file's folder; see `session.open_session`."""
    from bioviz.models.weights import file_sha256

    for name, sha256 in graph.beside:
        if not (path.parent / name).is_file() or file_sha256(path.parent / name) != sha256:
            raise BadInput(
                f"{path.parent / name} is missing or was changed since the model was added. Add it again."
            )
    remote_code.check_settings(path.parent)
    try:
        if birdset.is_one(_json(path.parent / BESIDE[0])):
            return birdset.BirdSetSession(path.parent, graph)
        return TransformersSession(path, graph)
    except BadInput:
        raise
    except Exception as error:  # a folder can be wrong in many ways, most of them inside of the library
        raise BadInput(
            f"{path.parent} is no model that transformers can open here ({_first(error)})."
        ) from error


def inspect(path: Path) -> FileFacts:
    """Read what a folder says of its model; see `session.inspect`. Nothing is loaded."""
    config = _json(path.parent / BESIDE[0])
    remote_code.check_settings(path.parent)
    if birdset.is_one(config):
        return birdset.facts(config)
    extractor = _json(path.parent / BESIDE[1])
    rate = extractor.get("sampling_rate")
    if not isinstance(rate, int) or not 100 <= rate <= 1_000_000:
        raise BadInput(f"{path.parent / BESIDE[1]} does not say at which sample rate the model hears.")
    kind = str(config.get("model_type", ""))
    width = (
        config.get("projection_dim") if kind == "clap" else config.get("hidden_size", config.get("d_model"))
    )
    dim = width if isinstance(width, int) and 0 < width < 1 << 20 else -1
    tensor = Tensor(PROJECTED, (dim,), True) if kind == "clap" else Tensor(HIDDEN, (-1, dim), True)
    samples = _samples(kind, extractor, rate)
    licence = remote_code.licence_of(path.parent)
    return FileFacts(
        "transformers", (Tensor("waveform", (samples,)),), (tensor,), sample_rate=rate, licence=licence
    )


def needed(folder: Path) -> tuple[str, ...]:
    """Return the files that a folder's model needs beside its weights."""
    config = _json(folder / BESIDE[0]) if (folder / BESIDE[0]).is_file() else {}
    return BESIDE[:1] if birdset.is_one(config) else (*BESIDE, *remote_code.files_of(folder))


def names(folder: Path) -> tuple[str, ...]:
    """Return the names of the scores of a folder's model; () where it gives none."""
    config = _json(folder / BESIDE[0])
    return birdset.names(config) if birdset.is_one(config) else ()


def _samples(kind: str, extractor: dict[str, Any], rate: int) -> int:
    """How much sound a model takes at a time, -1 for any length: longer sound would be cut off in silence."""
    if kind == "audio-spectrogram-transformer":
        return round(int(extractor.get("max_length", 1024)) * 0.01 * rate)  # frames of 10 ms
    if kind in ("whisper", "clap"):
        seconds = (
            extractor.get("chunk_length")
            or extractor.get("max_length_s")
            or (30 if kind == "whisper" else 10)
        )
        return round(float(seconds) * rate)
    return -1


def _json(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_CONFIG_BYTES:
            raise BadInput(f"{path} is larger than such a file can be.")
        value = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise BadInput(
            f"{path.parent} holds no {path.name}, so it is no audio model of transformers."
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise BadInput(f"{path} cannot be read ({_first(error)}).") from error
    if not isinstance(value, dict):
        raise BadInput(f"{path} is not what transformers writes.")
    return value


def _first(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__
