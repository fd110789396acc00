"""Broken files of every format, and of sound, made from samples of the real layouts: what comes out of the readers?

    python -m tests.datasets.fuzzing --seconds 600 --seed 0

prints how many inputs were read, refused with a sentence, and how many faults (other exceptions) there were.
Inputs that made a fault are kept in `corpus/` beside this file: every run begins with those, and breaks them further.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bioviz.datasets.build import build_dataset
from bioviz.datasets.files.leftovers import account, doubtful
from bioviz.datasets.files.locator import Locator
from bioviz.datasets.files.scan import Files
from bioviz.datasets.formats.base import TableContent
from bioviz.datasets.formats.registry import formats, recognize
from bioviz.datasets.options import Options
from bioviz.datasets.sound_files.header import read_header
from bioviz.datasets.sound_files.listening import listen
from bioviz.datasets.sound_files.probe import probe
from bioviz.datasets.sound_files.sound_file import Sound, open_file
from bioviz.datasets.tables.source import SourceFile
from bioviz.errors import BiovizError
from tests.datasets.formats.test_formats import SAMPLES
from tests.datasets.sounds import write

CORPUS = Path(__file__).with_name("corpus")
TOKENS = [
    b"", b"\0", b"nan", b"inf", b"-1", b"1e999", b"9" * 400, b"\xff\xfe", b"\xef\xbb\xbf", b'"', b"'", b"\t",
    b";", b",", b"\n\n", b"\r", b"{", b"}", b"[" * 50, b"]", b"null", b"true", b"<", b">", b"&x;",
    b"../../etc", b"a.wav", b"b.wav", b"\xc3\x28", "ü".encode(), "\u2028".encode(), "١٢".encode(), b"1,2,3",
    b"0:99:99", b"NaN", b"None", b"1_000", b"0x10", b"\x80" * 8, b"1e308", b"-0.0", b"path", b"start", b"end",
    b"label", b"sep=;\n", b"\\\t1\t2\n", b"\x1f\x8b", b"PAR1",
]  # fmt: skip
SLOW_S = 5.0
_WHOLE_EVERY = 25  # of so many inputs one goes through the building of a dataset


@dataclass
class Outcome:
    """What came of a run: inputs by outcome, and the faults with the input that made them."""

    counts: Counter = field(default_factory=Counter)
    faults: list[tuple[str, bytes, str]] = field(default_factory=list)

    @property
    def inputs(self) -> int:
        return sum(self.counts.values())


def run(seconds: float, seed: int, most: int = 10**9) -> Outcome:
    """Read broken files for some seconds, or up to a number of them."""
    outcome, rng, until = Outcome(), random.Random(seed), time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "a.wav")
        write(folder / "b.wav", seed=1)
        samples = [*_tables(folder), *_sounds(folder), *past()]
        for file, content in past():
            _try(folder, file, content, rng, outcome)
        while time.monotonic() < until and outcome.inputs < most:
            file, content = rng.choice(samples)
            _try(folder, file, _broken(content, rng), rng, outcome)
    return outcome


def past() -> Iterator[tuple[str, bytes]]:
    """Yield what once made a fault: the name that the file had, and its bytes."""
    for path in sorted(CORPUS.iterdir()):
        if path.suffix != ".md":
            yield path.name.split("~", 1)[1], path.read_bytes()


def keep(file: str, content: bytes) -> Path:
    """Put an input that made a fault into the corpus."""
    path = CORPUS / f"{hashlib.sha256(content).hexdigest()[:8]}~{file}"
    path.write_bytes(content)
    return path


def _try(folder: Path, file: str, content: bytes, rng: random.Random, outcome: Outcome) -> None:
    path = folder / file
    path.write_bytes(content)
    begun = time.monotonic()
    try:
        if file.startswith("sound"):
            hear(path)
        elif rng.randrange(_WHOLE_EVERY):
            _read(folder, file, rng)
        else:
            build_dataset(folder, options={"unannotated": "background"})
        outcome.counts["read"] += 1
    except BiovizError as error:
        outcome.counts["refused" if str(error) else "refused without a sentence"] += 1
    except Exception:
        outcome.counts["fault"] += 1
        outcome.faults.append((file, content, traceback.format_exc()))
    if time.monotonic() - begun > SLOW_S:
        outcome.counts["slow"] += 1
        outcome.faults.append((file, content, f"took {time.monotonic() - begun:.1f} s"))
    path.unlink()


def _read(folder: Path, file: str, rng: random.Random) -> None:
    """By the format that recognizes it, or by any other, as a user may say."""
    source = SourceFile(Files.below(folder), file)
    sure, format = recognize(source)
    assert 0 <= sure <= 1
    account(source)
    doubtful(source, set())
    if format is None or rng.random() < 0.3:
        format = rng.choice(list(formats().values()))
    options = Options(
        min_confidence=rng.choice([0.0, 0.5]), label_column=rng.choice([None, None, "label", "species"])
    )
    content = format.read(source, Locator(source.files, file), options)
    assert isinstance(content, TableContent)
    for box in content.annotations:
        assert isinstance(box.label, str) and box.start_s == box.start_s and abs(box.end_s) < 1e301


def hear(path: Path) -> None:
    read_header(path)
    info = probe(path)
    sound = Sound(path, frames=info.frames)
    listen(sound, info)
    try:
        with open_file(path, info.frames) as file:
            file.read(min(info.frames, 1000), always_2d=True)
    except (OSError, RuntimeError):  # what `audio.decode` makes sentences of
        pass


def _broken(content: bytes, rng: random.Random) -> bytes:
    raw = bytearray(content)
    for _ in range(rng.choice([1, 1, 2, 3, 8])):
        at = rng.randrange(len(raw) + 1)
        match rng.randrange(7):
            case 0:
                raw[at:at] = rng.choice(TOKENS)
            case 1:
                raw[at : at + rng.randrange(30)] = rng.choice(TOKENS)
            case 2:
                del raw[at:]
            case 3:
                raw[at : at + 4] = rng.randbytes(rng.randrange(6))
            case 4:  # a piece twice
                piece = raw[at : at + rng.randrange(200)]
                raw[at:at] = piece * rng.choice([1, 1, 50])
            case 5:  # a cell or value replaced
                ends = [i for i, byte in enumerate(raw) if byte in b',;\t\n:[]{}" ']
                if len(ends) > 1:
                    i = rng.randrange(len(ends) - 1)
                    raw[ends[i] + 1 : ends[i + 1]] = rng.choice(TOKENS)
            case 6:
                if at < len(raw):
                    raw[at] ^= 1 << rng.randrange(8)
    return bytes(raw[: 1 << 20])


def _tables(folder: Path) -> Iterator[tuple[str, bytes]]:
    for file, content, _ in SAMPLES.values():
        yield file, content.encode()
        yield "a.txt", content.encode("utf-16")
    yield (
        "test.jsonl",
        b'{"path": "a.wav", "length": 4.0, "annotations": [{"st": 1.0, "ed": 2.0, "label": "x"}]}\n' * 2,
    )
    yield (
        "datasets.yml",
        b"- name: x\n  type: detection\n  window_width: 2\n  window_shift: 1\n  sample_rate: 8000\n"
        + (b"  labels: [x]\n  test_data: test.jsonl\n"),
    )
    yield "recordings.csv", b"file,site,date\na.wav,x,2020-01-01\n"
    yield "a.wav.not.mat", _notmat(folder)
    yield "x.parquet", _parquet(folder)
    yield "x.json", json.dumps({"clips": [{"start_time": 1, "end_time": 2}]}).encode()


def _notmat(folder: Path) -> bytes:
    from scipy.io import savemat

    values = {"onsets": np.array([1000.0, 2000.0]), "offsets": np.array([1500.0, 2500.0]), "labels": "ab"}
    savemat(folder / "x.mat", values)
    content = (folder / "x.mat").read_bytes()
    (folder / "x.mat").unlink()
    return content


def _parquet(folder: Path) -> bytes:
    import pandas as pd

    pd.DataFrame({"path": ["a.wav"], "start_s": [1.0], "end_s": [2.0], "label": ["owl"]}).to_parquet(
        folder / "x.pq"
    )
    content = (folder / "x.pq").read_bytes()
    (folder / "x.pq").unlink()
    return content


def _sounds(folder: Path) -> Iterator[tuple[str, bytes]]:
    for name, more in (
        ("sound.wav", {}),
        ("sound.flac", {}),
        ("sound.wav", {"subtype": "FLOAT", "channels": 2}),
        ("sound.flac", {"channels": 2}),
        ("sound.ogg", {}),
        ("sound.aiff", {}),
    ):
        path = write(folder / name, seconds=0.2, **more)
        content = path.read_bytes()
        path.unlink()
        yield name, content
        # Of a header a random byte is met more often where little follows.
        yield name, content[:400]
    guano = b"GUANO|Version: 1.0\nTimestamp: 2020-01-01T00:00:00\nTE: 10\n"
    plain = write(folder / "sound.wav", seconds=0.05).read_bytes()
    (folder / "sound.wav").unlink()
    for kind, body in (
        (b"guan", guano),
        (b"wamd", b"\x05\0\x19\0\0\0" + b"2014-04-02 22:59:14-05:00"),
        (b"bext", bytes(602)),
    ):
        yield "sound.wav", plain + kind + len(body).to_bytes(4, "little") + body


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    outcome = run(options.seconds, options.seed)
    print(f"{outcome.inputs} inputs: {dict(outcome.counts)}")
    seen: Counter = Counter()
    for file, content, text in outcome.faults:
        last = text.strip().splitlines()[-1][:150]
        seen[last] += 1
        if seen[last] <= 2:
            print(f"--- {file}: {content[:300]!r}\n{text[-1500:]}\nkept as {keep(file, content).name}")
    print(dict(seen))


if __name__ == "__main__":
    main()
