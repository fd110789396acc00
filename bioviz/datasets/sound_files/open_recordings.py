"""Open every recording of a dataset: header, content hash, time and site; report what cannot be used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath

from bioviz.config import Settings, settings
from bioviz.datasets.formats.base import RawRecording
from bioviz.datasets.options import Options
from bioviz.datasets.problems import problem
from bioviz.datasets.recorded_at import recording_id_of, site_of, time_from_name
from bioviz.datasets.sound_files.header import Header, read_header
from bioviz.datasets.sound_files.listening import listen
from bioviz.datasets.sound_files.probe import AudioInfo, EmptyAudio, content_hash, probe
from bioviz.datasets.sound_files.sound_file import Sound
from bioviz.datasets.types import Problem, Recording
from bioviz.errors import BadInput
from bioviz.progress import Progress

_WORKERS = 4  # hashing and header reading leave the interpreter lock, so that threads help


def open_recordings(
    raws: Sequence[RawRecording], progress: Progress, options: Options | None = None
) -> tuple[list[Recording], list[Problem]]:
    """Open the recordings in their order.

    Parameters
    ----------
    options
        For the channel and the time expansion.

    Raises
    ------
    Cancelled
        Through `progress`.

    """
    recordings: list[Recording] = []
    problems: list[Problem] = []
    with ThreadPoolExecutor(_WORKERS) as pool:
        folders = settings()  # read once: it follows the links of every data folder
        futures = [pool.submit(_open, raw, folders, options or Options()) for raw in raws]
        try:
            for count, future in enumerate(futures, start=1):
                recording, noted = future.result()
                recordings += [recording] if recording is not None else []
                problems += noted
                progress.report("Opening recordings", count, len(futures), "recordings")
        finally:
            for future in futures:
                future.cancel()
    return recordings, problems + _copies(recordings)


def with_damage(problems: Iterable[Problem], root: Path) -> list[Problem]:
    """Return problems in which recordings that no table mentions and that cannot be opened are called damaged.

    Parameters
    ----------
    problems : iterable of Problem
        Of the reading of a folder.
    root : Path
        The folder.
    """
    folders = settings()
    checked = []
    for each in problems:
        is_left_out = each.kind == "unlisted" and (root / each.file).is_file()  # not a folder
        probed = _probed(root / each.file, each.file, folders) if is_left_out else None
        checked.append(probed if isinstance(probed, Problem) else each)
    return checked


def _probed(path: Path, name: str, folders: Settings) -> tuple[Path, AudioInfo] | Problem:
    """Return where a file really is and what its header says; where it cannot be used, why."""
    try:
        real = folders.check_inside(path)
    except BadInput as error:
        return problem("outside", name, str(error))
    try:
        return real, probe(real)
    except EmptyAudio as error:
        return problem("empty_audio", name, str(error))
    except (BadInput, OSError) as error:
        return problem("unreadable", name, str(error))


def _open(raw: RawRecording, folders: Settings, options: Options) -> tuple[Recording | None, list[Problem]]:
    if isinstance(probed := _probed(raw.path, raw.name, folders), Problem):
        return None, [probed]
    real, info = probed
    try:
        status = real.stat()
        hashed = content_hash(real)
    except (BadInput, OSError) as error:
        return None, [problem("unreadable", raw.name, str(error))]
    problems = [problem(kind, raw.name, detail) for kind, detail in info.notes]
    if options.channel > info.channels > 1:
        detail = f"it has {info.channels} channels; there is no channel {options.channel}. It is left out"
        return None, [*problems, problem("no_channel", raw.name, detail)]
    if options.channel > 1 and info.channels == 1:
        problems.append(problem("channel", raw.name, "it has one channel, which is used"))
    header = read_header(real) if info.format.startswith("WAV") else Header()
    expansion = options.time_expansion or header.expansion
    if expansion != 1:
        problems.append(problem("expanded", raw.name, _expanded(info.sample_rate, expansion, options)))
    channel = options.channel if info.channels > 1 else 0
    sound = Sound(real, channel, expansion, info.frames)
    problems += [problem(kind, raw.name, detail) for kind, detail in listen(sound, info)]
    recorded_at = time_from_name(raw.name) or header.recorded_at
    recording = Recording(
        path=raw.path,
        name=raw.name,
        content_hash=sound.identity(hashed),
        sample_rate=round(info.sample_rate * expansion),
        channels=info.channels,
        frames=info.frames,
        # In a folder per class the folder is the label, not the place.
        site="" if raw.labels and recorded_at is None else site_of(raw.name),
        recorded_at=recorded_at,
        split=raw.split,
        size=status.st_size,
        mtime_ns=status.st_mtime_ns,
        recording_id=recording_id_of(raw.name),
        channel=channel,
        expansion=expansion,
    )
    return recording, problems


def _expanded(rate: int, expansion: float, options: Options) -> str:
    by = "as you set" if options.time_expansion else "by its GUANO header"
    return (
        f"it plays {expansion:g} times slower than what was recorded, {by}: {rate / 1000:g} kHz are taken as "
        f"{rate * expansion / 1000:g} kHz, and times are divided by {expansion:g}"
    )


def _copies(recordings: Sequence[Recording]) -> list[Problem]:
    """Return recordings of the same bytes, and of the same name in two formats."""
    same: dict[str, list[Recording]] = defaultdict(list)
    stems: dict[str, list[Recording]] = defaultdict(list)
    for recording in recordings:
        same[recording.content_hash].append(recording)
        stems[str(PurePosixPath(recording.name).with_suffix(""))].append(recording)
    problems = []
    for first, *others in same.values():
        for other in others:
            leak = first.split != other.split and first.split and other.split
            detail = f"the same sound as {first.name}"
            detail += f", which is in {first.split} while this is in {other.split}" if leak else ""
            problems.append(problem("duplicate", other.name, detail))
    for first, *others in stems.values():
        for other in others:
            problems.append(
                problem("same_stem", other.name, f"its name differs from {first.name} in the ending alone")
            )
    return problems
