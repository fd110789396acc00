"""The map of a run: its points, all the ways to colour them, and what hovering says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bioviz.analysis.misclustered.placement import AMONG_BACKGROUND, AMONG_LABELLED, LISTS, MIXED, PLACES
from bioviz.analysis.misclustered.words import SHORT
from bioviz.annotations.log import ANNOTATION_LOGS
from bioviz.datasets.types import BACKGROUND, Dataset
from bioviz.flags.log import FLAG_LOGS
from bioviz.percent import percent
from bioviz.plots import palette
from bioviz.plots.map_data import Categories, Colouring, MapData, Marks, Measure, SpanColumn, TextColumn
from bioviz.plots.tokens import token
from bioviz.runs import Run
from bioviz.ui.annotation_colouring import annotation_colouring
from bioviz.ui.flagging import flag_colouring
from bioviz.ui.pickers.projection_picker import METHODS

UNKNOWN = "not known"


def map_data(run: Run, dataset: Dataset, dark: bool = False) -> MapData:
    """Return the map of `run`, whose points are clips of `dataset`; `dark` for the dark theme."""
    rows, clips = run.rows, dataset.clips
    label_texts, label_codes = labels_of_clips(dataset)
    method = METHODS[run.spec.projection.method]
    return MapData(
        rows=rows.astype(np.int32),
        x=run.xy[:, 0],
        y=run.xy[:, 1],
        colourings=tuple(_colourings(run, dataset, dark)),
        background=run.targets == 0,
        columns=(
            TextColumn("label", label_codes[rows], tuple(label_texts)),
            TextColumn(
                "recording", clips.recording[rows], tuple(recording.name for recording in dataset.recordings)
            ),
            SpanColumn("time in recording", clips.start_s[rows], clips.end_s[rows]),
            _against(run),
        ),
        note=f"{method}: near means alike; the map has no unit and no scale",
    )


AGAINST = {
    AMONG_BACKGROUND: "background",
    AMONG_LABELLED: "labelled",
    MIXED: "other labels",
    "with_its_label": "other",
    "background": "labelled",
}
"""What the neighbors are that speak against a clip, by where it lies; see `placement.Evidence`."""


def _against(run: Run) -> TextColumn:
    """Return which share of a clip's nearest neighbors speaks against it; "" where nothing is known."""
    share = run.evidence(np.arange(len(run))).share
    hundredths = np.where(np.isfinite(share), np.round(100 * share), 0).astype(np.int64)
    texts = [
        f"{percent(h / 100)} {AGAINST[place]}" if place in AGAINST else ""
        for place in PLACES
        for h in range(101)
    ]
    codes = np.where(np.isfinite(share), 101 * run.placement.place.astype(np.int64) + hundredths, len(texts))
    return TextColumn("neighbors", codes, (*texts, ""))


def with_marks(data: MapData, run: Run, dataset: Dataset, dark: bool = False) -> MapData:
    """Return `data`, a map of `run`, with the present flags and drawn annotations as its marks.

    What keeps the result must count `marks_state(dataset.id)` among its keys, or it shows old ones.
    """
    drawn = annotation_colouring(run, dataset, dark)
    return data.marked(Marks((flag_colouring(run, dataset), *(() if drawn is None else (drawn,)))))


def marks_state(dataset_id: str) -> str:
    """Return what changes with every flag and every annotation of a dataset."""
    return f"{FLAG_LOGS.state(dataset_id)} {ANNOTATION_LOGS.state(dataset_id)}"


def label_names(dataset: Dataset) -> np.ndarray:
    """(N,) array of str: all labels of each clip joined by " + ", or "background"."""
    table, codes = labels_of_clips(dataset)
    return np.asarray(table)[codes] if len(codes) else np.empty(0, dtype=str)


def labels_of_clips(dataset: Dataset) -> tuple[list[str], np.ndarray]:
    """Return the texts of `label_names`, each once, and (N,) place among them of each clip's."""
    packed, first, codes = np.unique(
        np.packbits(dataset.clips.labels, axis=1), axis=0, return_index=True, return_inverse=True
    )
    table = [" + ".join(dataset.labels_of(row)) or BACKGROUND for row in first] if packed.size else []
    return table or [BACKGROUND], codes.reshape(-1)


def _colourings(run: Run, dataset: Dataset, dark: bool) -> list[Colouring]:
    rows, clips, targets = run.rows, dataset.clips, run.targets
    names = dataset.target_names
    colours, shapes = palette.colours_for(names, dark), palette.shapes_for(names)
    background = colours[BACKGROUND]
    labelled = token("blue", dark)
    by_label = Categories.from_codes("label", "Label", targets, names, [colours[name] for name in names])
    if by_label.names == tuple(names):  # else the rarest share an entry
        by_label = replace(by_label, shapes=tuple(shapes[name] for name in names), named=True)
    colourings: list[Colouring] = [
        by_label,
        Categories.from_codes(
            "background",
            "Labelled or background",
            (targets > 0).astype(int),
            (BACKGROUND, "labelled"),
            (background, labelled),
        ),
    ]
    if run.clusters is not None and len(run.clusters) and run.clusters.max() >= 0:
        k = int(run.clusters.max()) + 1
        colourings.append(
            replace(
                Categories.from_codes(
                    "cluster", "Cluster", np.maximum(run.clusters, 0), [f"cluster {i + 1}" for i in range(k)]
                ),
                named=True,
            )
        )
        colourings.append(_place_colouring(run, dark))
    recordings = [recording.name for recording in dataset.recordings]
    colourings.append(Categories.from_codes("recording", "Recording", clips.recording[rows], recordings))
    colourings += _places_and_times(run, dataset)
    if len(set(clips.split[rows])) > 1:
        colourings.append(
            Categories.from_names("split", "Split", [str(s) or "none" for s in clips.split[rows]])
        )
    if run.acoustic:
        colourings += [
            Measure("level", "Level", run.acoustic["level_dbfs"].astype(np.float32), "dBFS"),
            Measure(
                "loudest",
                "Loudest sound above the noise",
                run.acoustic["loudest_db"].astype(np.float32),
                "dB",
            ),
            Measure(
                "band_limit",
                "Bandwidth limit",
                run.acoustic["band_limit_hz"].astype(np.float32) / 1000,
                "kHz",
            ),
        ]
        snr = run.acoustic["snr_db"].astype(np.float32)
        if np.isfinite(snr).any():  # of annotated calls alone
            colourings.append(Measure("snr", "SNR in the box", snr, "dB"))
    return colourings


def _place_colouring(run: Run, dark: bool) -> Categories:
    """Clips in a wrong cluster in warning colours, in the right one muted, background among itself grey."""
    names, colours = [SHORT[place] for place in PLACES], palette.place_colours(dark)
    if not run.placement.counts["no_cluster"]:
        names, colours = names[:-1], colours[:-1]
    colouring = Categories.from_codes(
        "misclustered", "Right or wrong cluster", run.placement.place, names, colours
    )
    return replace(
        colouring, raised=tuple(range(len(LISTS)))
    )  # background in a wrong place is not to be overlooked


def _places_and_times(run: Run, dataset: Dataset) -> list[Colouring]:
    recording = dataset.clips.recording[run.rows]
    colourings: list[Colouring] = []
    sites = np.asarray([r.site or UNKNOWN for r in dataset.recordings])
    if len(set(sites)) > 1:
        colourings.append(Categories.of_groups("site", "Site", sites, recording))
    dates = np.asarray(
        [f"{r.recorded_at:%Y-%m-%d}" if r.recorded_at else UNKNOWN for r in dataset.recordings]
    )
    if len(set(dates)) > 1:
        colourings.append(Categories.of_groups("date", "Date", dates, recording))
    if any(r.recorded_at for r in dataset.recordings):
        hours = np.asarray(
            [
                r.recorded_at.hour + r.recorded_at.minute / 60 if r.recorded_at else np.nan
                for r in dataset.recordings
            ],
            dtype=np.float32,
        )
        hour = (hours[recording] + dataset.clips.start_s[run.rows] / 3600) % 24
        colourings.append(Measure("hour", "Time of day", hour.astype(np.float32), "h", low=0.0, high=24.0))
    return colourings
