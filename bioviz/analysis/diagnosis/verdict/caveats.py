"""What a set of clips itself keeps a diagnosis from telling, in sentences."""

from __future__ import annotations

import numpy as np

from bioviz.analysis.codes import codes
from bioviz.percent import percent

MAX_SHARE_OF_ONE_RECORDING = 2 / 3
"""Share of the clips from which on one site decides what is said of all."""


def caveats(
    has_embedding: np.ndarray, background: np.ndarray, recording: np.ndarray, site: np.ndarray | None
) -> tuple[str, ...]:
    """Sentences on what is missing or one-sided.

    Parameters
    ----------
    has_embedding, background : (n,) bool
    recording : (n,) ints
    site : (n,) ints
        Or strings, unknown -1 or "".

    """
    notes = []
    failed = int((~has_embedding).sum())
    if failed:
        notes.append(f"{failed:,} of {len(has_embedding):,} clips have no embedding and are left out.")
    if background.all():
        notes.append(
            "All clips are background: no label is there to be confused with it. What draws clips together can "
            "be told all the same."
        )
    elif not background.any():
        notes.append("There is no background: confusion with it cannot be measured.")
    elif unit := _apart(background, recording, site):
        notes.append(
            f"No {unit} has both background and labelled clips: what tells them apart may be the {unit}, not the "
            "calls."
        )
    known = codes(np.array([]) if site is None else site)
    sizes = np.bincount(known[known >= 0])
    if len(sizes) > 1 and sizes.max() > MAX_SHARE_OF_ONE_RECORDING * len(known):
        site_name = np.asarray(site)[known == sizes.argmax()][0]
        notes.append(
            f"{percent(sizes.max() / len(known))} of the clips are from the site {site_name}: figures over all "
            "clips describe mainly that site."
        )
    return tuple(notes)


def _apart(background: np.ndarray, recording: np.ndarray, site: np.ndarray | None) -> str:
    """ "site" or "recording" where none has clips of both sides, else "".

    Sites are looked at where they are known, else recordings, unless each is one clip.
    """
    for name, group in (("site", site), ("recording", recording)):
        code = codes(np.array([]) if group is None else group)
        known = code >= 0
        if not len(code) or not known.all() or len(np.unique(code)) in (1, len(code)):
            continue
        sides = np.unique(np.column_stack([code, background]), axis=0)
        return name if len(sides) == len(np.unique(code)) else ""
    return ""
