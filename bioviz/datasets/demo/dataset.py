"""The demo dataset: synthetic recordings of four sites with Raven tables, the same every time they are made."""

from __future__ import annotations

import dataclasses
import io
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

import numpy as np

from bioviz.config import settings
from bioviz.datasets import library
from bioviz.datasets.build import build_dataset
from bioviz.datasets.demo import noises
from bioviz.datasets.demo.calls import CALLS
from bioviz.datasets.formats.raven import selection_table
from bioviz.datasets.sound_files.unchanged import check_unchanged
from bioviz.datasets.tables.selections import Selection
from bioviz.datasets.types import Dataset
from bioviz.errors import Missing
from bioviz.progress import Progress, Silent
from bioviz.store.files import write_atomic

DEMO_ID = "demo"
SEED = 20250614
RATE = 22_050
SECONDS = 30
# 3 s windows every 2 s: 14 a recording, 672 in all. A third of the recordings are for the test, so that what a
# fine-tuning changed on them has an interval.
OPTIONS = {"width_s": 3.0, "hop_s": 2.0, "split_seed": 5, "split_fractions": (0.5, 0.15, 0.35)}


@dataclass(frozen=True)
class Site:
    """A place: its noises with their share of the floor's power, its level in dBFS, and the calls heard there."""

    name: str
    noises: tuple[tuple[noises.Noise, float], ...]
    level_db: float
    calls: tuple[str, ...]


SITES = (
    Site("SITE-A", ((noises.wind, 0.5), (noises.rain, 0.5)), -36, ("whistle", "gibbon", "trill", "sweep")),
    Site("SITE-B", ((noises.stream, 1.0),), -33, ("frog", "whistle", "trill", "pulse train", "sweep")),
    Site(
        "SITE-C", ((noises.insects, 0.9), (noises.wind, 0.1)), -35, ("frog", "pulse train", "sweep", "gibbon")
    ),
    Site("SITE-D", ((noises.hum, 0.8), (noises.wind, 0.2)), -40, ("whistle", "pulse train", "frog", "trill")),
)
TIMES = tuple(f"2025061{day}_{hour}0000" for day in (4, 5, 6) for hour in ("05", "06", "12", "19"))
# At noon two sites are silent: recordings that were listened to and hold no call.
SILENT = {(site, f"2025061{day}_120000") for site in ("SITE-B", "SITE-D") for day in (4, 5)}


def ensure_demo(progress: Progress | None = None) -> Dataset:
    """Return the registered demo dataset, synthesised if it is not there or was touched."""
    progress = progress or Silent()
    try:
        dataset = library.load(DEMO_ID)
        if not check_unchanged(dataset):
            return dataset
    except Missing:
        pass
    folder = settings().cache_dir / "demo"
    write_demo(folder, progress)
    dataset = build_dataset(folder, name="Demo", reader="raven", options=OPTIONS, progress=progress)
    dataset = dataclasses.replace(dataset, id=DEMO_ID)
    library.save(dataset)
    return dataset


def write_demo(folder: Path, progress: Progress) -> None:
    """Write the 48 recordings and their tables into a folder.

    Raises
    ------
    Cancelled
        Through `progress`.

    """
    import soundfile

    total = len(SITES) * len(TIMES)

    def make(number: int) -> None:
        site, time = SITES[number // len(TIMES)], TIMES[number % len(TIMES)]
        rng = np.random.default_rng([SEED, number])
        sound, selections = make_recording(site, (site.name, time) in SILENT, rng)
        audio = io.BytesIO()
        soundfile.write(audio, sound, RATE, format="FLAC", subtype="PCM_16")
        table = selection_table(selections, ("Annotation", "SNR (dB)"))
        write_atomic(folder / f"{site.name}_{time}.Table.1.selections.txt", table.encode())
        write_atomic(folder / f"{site.name}_{time}.flac", audio.getvalue())

    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        futures = [pool.submit(make, number) for number in range(total)]
        try:
            for count, future in enumerate(futures, start=1):
                future.result()
                progress.report("Making the demo recordings", count, total, "recordings")
        finally:
            for future in futures:
                future.cancel()


def make_recording(site: Site, silent: bool, rng: np.random.Generator) -> tuple[np.ndarray, list[Selection]]:
    """One recording: the site's noise floor with calls mixed in at set SNRs.

    The SNR of a call is the power of its samples over the power of the noise in the same stretch and within the
    call's band, in dB.

    Returns
    -------
    (T,) int16 samples, and the calls as selections in order of time.

    """
    n = RATE * SECONDS
    floor = reduce(np.add, (np.float32(np.sqrt(share)) * noise(rng, n, RATE) for noise, share in site.noises))
    floor *= np.float32(10 ** ((site.level_db + rng.uniform(-2, 2)) / 20))
    mix = floor.copy()
    selections = []
    for kind in [] if silent else _programme(site, rng):
        call, low, high = CALLS[kind](rng, RATE)
        start = int(rng.integers(0, n - len(call)))
        snr_db = round(float(rng.uniform(-10, 20)), 1)
        power = _band_power(floor[start : start + len(call)], low, high) * 10 ** (snr_db / 10)
        mix[start : start + len(call)] += call * np.float32(
            np.sqrt(power / np.mean(call.astype(np.float64) ** 2))
        )
        box = start / RATE, (start + len(call)) / RATE
        selections.append(Selection(*box, kind, low, min(high, RATE / 2), {"SNR (dB)": f"{snr_db:.1f}"}))
    peak = float(np.abs(mix).max())
    if peak > 0.99:
        mix *= np.float32(0.99 / peak)  # calls and noise alike, so that the SNRs stay
    return np.round(mix * 32767).astype(np.int16), sorted(selections, key=lambda s: s.start_s)


def _programme(site: Site, rng: np.random.Generator) -> list[str]:
    """Return the calls of one recording: some kinds of the site, mostly in different numbers."""
    count = int(rng.integers(4, 7))
    return [site.calls[i] for i in rng.permutation(np.arange(count) % len(site.calls))]


def _band_power(x: np.ndarray, low: float, high: float) -> float:
    """Mean power of the part of `x` between two frequencies."""
    spectrum = np.fft.rfft(x.astype(np.float64))
    hz = np.fft.rfftfreq(len(x), 1 / RATE)
    inside = (hz >= low) & (hz <= high)
    return float(2 * np.sum(np.abs(spectrum[inside]) ** 2) / len(x) ** 2)
