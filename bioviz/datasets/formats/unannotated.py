"""Recordings without annotations: every window is there to be looked at, none has a label."""

from __future__ import annotations

from pathlib import Path

from bioviz.datasets.files.others import other_tables
from bioviz.datasets.files.scan import Files
from bioviz.datasets.formats.base import RawDataset
from bioviz.datasets.options import Options
from bioviz.errors import BadInput, NotUnderstood

name = "recordings"
title = "Recordings without annotations"
own_options = ("ignore", "unannotated")  # without tables all is as `unannotated` = background says


def sniff(root: Path) -> float:
    return 0.25 if Files.below(root).audio else 0.0


def read(root: Path, options: Options) -> RawDataset:
    files = Files.below(root)
    if not files.audio:
        raise BadInput(f"{root} holds no audio that can be read (wav, flac, ogg, mp3, aiff and others).")
    accounts, problems, doubtful = other_tables(files, options)
    asked = any(each.role == "not understood" for each in accounts)
    # Beside a table that is not understood, silence about a recording is no word that nothing calls in it.
    others = () if asked and options.unannotated != "background" else set(files.audio) - doubtful
    if asked and not others:
        questions = "; ".join(f"{p.file}: {p.detail}" for p in problems if p.kind == "not_understood")
        raise NotUnderstood(
            f"No recording can be taken for background while a table is not understood. {questions}.",
            accounts,
        )
    listed, left_out = files.listed(others, "skip", doubtful)
    return RawDataset(
        "detection",
        tuple(listed),
        problems=tuple(problems + left_out),
        accounts=tuple(accounts),
        reader=name,
    )
