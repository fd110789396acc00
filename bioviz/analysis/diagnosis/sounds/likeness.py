"""Does a clip sound more like background than like its label, by what is measured of its sound and nothing else?

No model's embedding is asked: what the embedding confuses must not be its own witness.
"""

from __future__ import annotations

import numpy as np

from bioviz.analysis.diagnosis.sounds.sound import MIN_CLIPS, Sound

MEASURES = (
    "level_dbfs",
    "loudest_db",
    "prominence_db",
    "call_low_hz",
    "call_high_hz",
    "steady_db",
    "onset_db",
    "flatness",
    "centroid_hz",
    "bandwidth_hz",
    "peak_hz",
)
MIN_MEASURES = 4
"""Below that one measure would decide alone."""


def sounds_like_background(
    sound: Sound, members: np.ndarray, clear: np.ndarray, fold: np.ndarray
) -> np.ndarray:
    """(n,) bool, by linear discriminant analysis of the measures, each fold judged by the others.

    Parameters
    ----------
    sound : Sound
    members : ndarray of bool, shape (n, T)
        Targets, background first.
    clear : ndarray of bool, shape (n,)
        Labelled clips that are learned from. Labels with fewer than `MIN_CLIPS` of them are not judged.
    fold : ndarray of int, shape (n,)

    Returns
    -------
    ndarray of bool, shape (n,)
        Labelled clips whose measures are likelier among background than among clips of any of their labels.
    """
    measures = _matrix(sound)
    background, out = members[:, 0], np.zeros(len(members), dtype=bool)
    if measures is None or int(fold.max(initial=0)) < 1:
        return out
    for each in range(int(fold.max()) + 1):
        training, tested = fold != each, np.flatnonzero((fold == each) & ~background)
        classes = [training & background]
        classes += [training & clear & column for column in members.T[1:]]
        known = np.array([rows.sum() >= MIN_CLIPS for rows in classes])
        if not known[0] or not known[1:].any():
            continue
        likelihood = _likelihood(measures, [c for c, k in zip(classes, known, strict=True) if k], tested)
        full = np.full((len(tested), len(classes)), np.nan)
        full[:, known] = likelihood
        own = np.where(members[tested], full, -np.inf)[:, 1:].max(axis=1)  # NaN where a label is not known
        with np.errstate(invalid="ignore"):
            out[tested] = full[:, 0] > own
    return out


def _matrix(sound: Sound) -> np.ndarray | None:
    """(n, m) measures, frequencies as octaves, unknown ones at the median, and whether anything stands out."""
    columns = []
    for name in MEASURES:
        values = np.asarray(sound[name])
        if not np.isfinite(values).any():
            continue
        if name.endswith("_hz"):
            values = np.log2(np.maximum(values, 1))
        columns.append(np.where(np.isfinite(values), values, np.nanmedian(values)))
    if len(columns) < MIN_MEASURES:
        return None
    stands_out = np.isfinite(np.asarray(sound["loudest_db"])).astype(np.float64)
    table = np.stack([*columns, stands_out], axis=1)
    spread = table.std(axis=0)
    return (table - table.mean(axis=0)) / np.where(spread > 1e-9, spread, 1)


def _likelihood(z: np.ndarray, classes: list[np.ndarray], tested: np.ndarray) -> np.ndarray:
    """(t, c) log likelihoods up to a constant, of Gaussians with one covariance for all classes."""
    from sklearn.covariance import ledoit_wolf

    means = np.stack([z[rows].mean(axis=0) for rows in classes])
    around = np.concatenate([z[rows] - mean for rows, mean in zip(classes, means, strict=True)])
    covariance = ledoit_wolf(around, assume_centered=True)[0]
    covariance[np.diag_indices_from(covariance)] += 1e-9
    weights = np.linalg.solve(covariance, means.T)
    return z[tested] @ weights - 0.5 * (means * weights.T).sum(axis=1)
