"""One clip on its way into background: its path on the map, and its picture and sound at each level."""

from __future__ import annotations

import base64
from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

from bioviz.analysis.neighbors.noise_confusion import CONFUSED
from bioviz.audio import playback, spectrogram
from bioviz.counts import UNKNOWN
from bioviz.datasets.types import Dataset
from bioviz.errors import BadInput
from bioviz.experiments.draw import Draw, Pair
from bioviz.experiments.mixtures import mixture
from bioviz.experiments.noise import NoiseResult
from bioviz.percent import percent
from bioviz.plots import paths
from bioviz.runs import Run
from bioviz.ui.app.notices import plain
from bioviz.ui.app.theme import is_dark
from bioviz.ui.chart_clicks import marked_row
from bioviz.ui.clips.run_map import label_names
from bioviz.ui.noise.levels import level_names
from bioviz.ui.pickers.projection_picker import METHODS
from bioviz.ui.state import NoiseState

Results = Mapping[str, tuple[Run, NoiseResult]]  # by the model's title
IN_A_ROW = 6


def show_clip_path(ready: Results, dataset: Dataset, drawn: Draw) -> None:
    """Show the clips, and the path, pictures and sound of the one that is chosen."""
    st.subheader("One clip on its way")
    title = next(iter(ready))
    if len(ready) > 1:
        title = st.selectbox("Model", list(ready), key=NoiseState.path_model)
    run, result = ready[title]
    s = result.scores
    frame = pd.DataFrame(
        {
            "clip": drawn.rows,
            "label": label_names(dataset)[drawn.rows],
            "confused from": first_confused(s.confusion, s.snrs_db),
            "recording": [pair.name for pair in drawn.pairs],
            "start (s)": [pair.start_s for pair in drawn.pairs],
            "background added": [pair.noise.name for pair in drawn.pairs],
        }
    )
    left, right = st.columns(2, gap="medium")
    with left:
        st.caption(
            "Click a line for its path and its sound. Confused: more background nearby than by chance, which one clip "
            "can be by chance."
        )
        event = st.dataframe(
            frame,
            hide_index=True,
            placeholder=UNKNOWN,
            height=400,
            key=NoiseState.clips,
            on_select="rerun",
            selection_mode="single-row",
            column_config={"start (s)": st.column_config.NumberColumn(format="%.2f")},
        )
    picked = marked_row(event, np.arange(len(frame)))
    i = 0 if picked is None else picked
    method = METHODS[run.spec.projection.method]
    with right:
        st.text(shown_clip(frame.iloc[i], is_picked=picked is not None))
        st.plotly_chart(
            paths.path_map(
                run.xy,
                run.targets == 0,
                s.places[:, i],
                level_names(s.snrs_db),
                method=method,
                dark=is_dark(),
            ),
            key=NoiseState.path,
            theme=None,
        )
        _listen(drawn, s.snrs_db, i, s.background_share[:, i])
    _pictures(drawn, s.snrs_db, i, s.background_share[:, i])


def shown_clip(line: pd.Series, *, is_picked: bool) -> str:
    """Name the clip whose path is drawn, and say so where nobody picked it."""
    named = f"Clip {line['clip']}: {line['label']}, {line['recording']} at {line['start (s)']:.2f} s."
    return named if is_picked else f"{named} It is the first line; click another for its path."


def first_confused(confusion: np.ndarray, snrs_db: np.ndarray) -> list[str]:
    """For each clip the highest level with more background around it than by chance, or "never".

    Parameters
    ----------
    confusion : (S, m)
        Noise confusion.
    snrs_db : (S,)
        Falling.

    """
    lost = confusion > CONFUSED
    names = level_names(snrs_db)
    return [names[column.argmax()] if column.any() else "never" for column in lost.T]


def _listen(drawn: Draw, snrs_db: np.ndarray, i: int, share: np.ndarray) -> None:
    names = level_names(snrs_db)
    level = st.select_slider(
        "Listen at", range(len(names)), value=0, format_func=lambda j: names[j], key=NoiseState.level
    )
    pair = drawn.pairs[i]
    try:
        samples = mixture(pair, float(snrs_db[level]))
    except BadInput as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    slow = playback.default_slow(pair.rate)
    # Encoded here: Streamlit would bring every mixture to the same peak, and play no ultrasound.
    sound = playback.render(samples, pair.rate, slow)
    st.audio(sound.wav, format="audio/wav")
    slower = f" Played {slow} times slower." if slow > 1 else ""
    quieter = f" {text}." if (text := playback.quieter_text(sound.quieter_db)) else ""
    st.caption(f"Background among its neighbors: {_share(share[level])}.{slower}{quieter}")


def _pictures(drawn: Draw, snrs_db: np.ndarray, i: int, share: np.ndarray) -> None:
    """Draw the spectrogram of the clip at every level, beside each other."""
    pair = drawn.pairs[i]
    st.caption(
        f"The clip at each level: {pair.width_s:g} s from left to right, 0 to {pair.rate / 2000:g} kHz upwards. The "
        f"loudest of each picture is {'brightest' if is_dark() else 'darkest'}."
    )
    names = level_names(snrs_db)
    for first in range(0, len(names), IN_A_ROW):
        for cell, level in zip(
            st.columns(IN_A_ROW), range(first, min(first + IN_A_ROW, len(names))), strict=False
        ):
            with cell:
                try:
                    png = _picture(pair, repr(pair.identity), float(snrs_db[level]), is_dark())
                except BadInput as error:
                    st.error(plain(str(error)), icon=":material/error:")
                    return
                picture = base64.b64encode(png).decode()
                st.html(
                    f'<img alt="Spectrogram, {names[level]}" style="width:100%" src="data:image/png;base64,{picture}">'
                )
                st.caption(f"{names[level]}: {_share(share[level])} background nearby")


@st.cache_data(max_entries=256, show_spinner=False)
def _picture(_pair: Pair, identity: str, snr_db: float, dark: bool) -> bytes:
    """PNG of a mixture's spectrogram; `identity` stands for `_pair` in the cache."""
    spec = spectrogram.PictureSpec(width=320, height=140, colours="greys-dark" if dark else "greys")
    return spectrogram.draw(mixture(_pair, snr_db), _pair.rate, spec).png


def _share(value: float) -> str:
    return "not known" if np.isnan(value) else percent(value)
