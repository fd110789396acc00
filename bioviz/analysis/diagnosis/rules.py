"""From where on a sign of a cause counts."""

from __future__ import annotations

from dataclasses import dataclass

from bioviz.audio.measures.columns import NOTHING_STANDS_OUT_DB


@dataclass(frozen=True)
class Rules:
    """From where on a sign counts.

    Attributes
    ----------
    out_of_band
        Share of the annotated area above the model's Nyquist frequency.
    empty_share
        Share of the window with a call, below it the window is empty.
    silent_dbfs
        Level likewise.
    inside
        Share of the call within the window, below it the call is cut; but not where calls fill at least
        `filled` of the window, as within a long song.
    snr_db
        SNR of an annotated call below which it is faint; where none is annotated, height of the loudest
        sound above the noise.
    prominence_db
        Below it nothing stands out.
    clear_db, stands_out_db
        Height above the noise from which on a sound is clear enough to say what it is; where that is
        unknown, prominence.
    shortcut
        Share of neighbors of the same site (or recording) that share no label; and more than twice chance.
    rival
        Share of neighbors of one other label, of those that could be, which the held-out probe must name
        too.
    agreed
        Share of the clips for which neighbors and probe name the same label that must wear it (lower end of
        a 95 % interval), or no label is doubted by this model.
    margin
        How much more the held-out probe's score (about 0 to 1) must be for the other label than for the clip's own.
    own
        Share of neighbors of the clip's own label, above which its label is not doubted.
    trusted
        Share of the clips taken for a label by neighbors and probe that must wear it (lower end of a 95 %
        interval), or the two are not believed about that label.
    usual
        Share of a label's clips that look like the same other label, above which the two are alike and none
        of them is doubted.
    trace
        Share of background clips in which matched filter and probe find more of the label than in the clip; up to
        it, there is a trace of the call. By the probe, share of clips of other labels, where a label is
        doubted.

    """

    out_of_band: float = 0.5
    empty_share: float = 0.05
    silent_dbfs: float = -90.0
    inside: float = 0.5
    filled: float = 0.5
    snr_db: float = 3.0
    prominence_db: float = NOTHING_STANDS_OUT_DB
    clear_db: float = 6.0
    stands_out_db: float = 20.0
    shortcut: float = 0.5
    rival: float = 0.3
    agreed: float = 0.7
    margin: float = 0.3
    own: float = 0.1
    trusted: float = 0.4
    usual: float = 0.25
    trace: float = 0.1
