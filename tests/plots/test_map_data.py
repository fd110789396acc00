import json
import struct

import numpy as np
import pytest

from bioviz.analysis.misclustered.placement import PLACES
from bioviz.errors import BadInput
from bioviz.plots import palette
from bioviz.plots.map_data import MAX_CATEGORIES, Categories, MapData, Marks, Measure, SpanColumn, TextColumn

TYPES = {"u1": np.uint8, "u2": "<u2", "i4": "<i4", "f4": "<f4"}


def read(data):
    """The head of what is sent, and its columns by what the head says of them."""
    sent = b"".join(data.parts())
    (length,) = struct.unpack_from("<q", sent)

    def column(told):
        assert told["at"] % 8 == 0
        return np.frombuffer(sent, TYPES[told["dtype"]], told["count"], 8 + length + told["at"])

    return json.loads(sent[8 : 8 + length]), column


def small(**changes):
    values = {
        "rows": np.array([4, 2, 9]),
        "x": np.array([0.5, np.nan, 2.0]),
        "y": np.array([1.0, 2.0, 3.0]),
        "colourings": (Categories.from_names("label", "label", ["b", "a", "b"]),),
        "columns": (
            TextColumn.from_names("file", ["z.wav", "z.wav", "a.wav"]),
            SpanColumn("time", np.array([0.0, 3, 6]), np.array([3.0, 6, 9])),
        ),
        "background": np.array([False, True, False]),
    }
    return MapData(**(values | changes))


def test_what_is_sent_gives_back_every_number_and_each_text_once():
    payload, decode = read(small())
    assert decode(payload["rows"]).tolist() == [4, 2, 9]
    np.testing.assert_array_equal(decode(payload["x"]), np.array([0.5, np.nan, 2], np.float32))
    label, file, span = payload["colourings"][0], payload["columns"][0], payload["columns"][1]
    assert [label["names"][c] for c in decode(label["codes"])] == ["b", "a", "b"]
    assert [file["table"][c] for c in decode(file["codes"])] == ["z.wav", "z.wav", "a.wav"]
    assert decode(span["end"]).tolist() == [3, 6, 9]
    assert decode(payload["background"]).tolist() == [0, 1, 0]


def test_the_digest_follows_the_content():
    assert small().digest == small().digest
    assert small(note="another").digest != small().digest
    assert small(note="another").places == small().places
    moved = small(y=np.array([1.0, 2.0, 3.5]))
    assert moved.digest != small().digest and moved.places != small().places


def test_marks_have_a_digest_of_their_own_and_leave_that_of_the_points():
    plain = small()
    flags = [
        Marks((Categories.from_names("flags", "Flags", names),)) for names in (["", "", ""], ["", "x", ""])
    ]
    before, after = (plain.marked(marks) for marks in flags)
    assert before.digest == after.digest == plain.digest == small(marks=flags[1]).digest
    assert b"".join(after.parts()) == b"".join(plain.parts()) and after.places == plain.places
    assert flags[0].digest != flags[1].digest and len(flags[0]) == len(plain)
    assert [each.id for each in after.offered] == ["label", "flags"]
    assert after.colouring("flags").codes.tolist() == [0, 1, 0]
    assert plain.colouring("flags").id == "label"


def test_marks_of_another_map_are_refused():
    with pytest.raises(BadInput, match="differ in length"):
        small().marked(Marks((Categories.from_names("flags", "Flags", ["", ""]),)))


def test_places_of_saved_views_still_hold():
    assert small().places == "6a04ab221936beffd3026b63"


def test_columns_of_different_length_are_refused():
    with pytest.raises(BadInput, match="differ in length"):
        small(rows=np.array([1, 2]))


def test_a_map_needs_a_colouring():
    with pytest.raises(BadInput):
        small(colourings=())


def test_the_rarest_of_too_many_names_share_an_entry():
    n = MAX_CATEGORIES + 50
    codes = np.concatenate([np.arange(n), np.arange(0, n, 2)])
    names = [f"name {i}" for i in range(n)]
    colouring = Categories.from_codes("recording", "recording", codes, names)
    assert len(colouring.names) == len(colouring.colours) == MAX_CATEGORIES
    assert colouring.names[-1] == "51 others"
    for code, given in zip(colouring.codes[n:], codes[n:], strict=True):  # those met twice keep their names
        assert colouring.names[code] == names[given]


def test_an_outlier_does_not_take_all_the_colours():
    values = np.concatenate([np.linspace(0, 1, 999), [1e6]]).astype(np.float32)
    assert Measure("snr", "SNR", values, "dB").limits()[1] < 2


@pytest.mark.parametrize("values", [[], [np.nan, np.nan], [3.0, 3.0]])
def test_a_measure_without_spread_still_has_a_colour_bar(values):
    low, high = Measure("snr", "SNR", np.array(values, np.float32)).limits()
    assert low < high


def test_an_empty_map_travels():
    nothing = np.array([])
    data = MapData(nothing, nothing, nothing, (Categories.from_names("label", "label", []),))
    head, decode = read(data)
    assert len(data) == 0 and decode(head["x"]).size == 0


@pytest.mark.parametrize("dark", [False, True])
def test_places_of_clips_have_warning_colours_and_background_is_grey(dark):
    colours = palette.place_colours(dark)
    assert len(colours) == len(PLACES)
    assert colours[:2] == 2 * (("#FF6A4D",) if dark else ("#D55E00",))
    red, green, blue = (int(colours[PLACES.index("background")][at : at + 2], 16) for at in (1, 3, 5))
    assert max(red, green, blue) - min(red, green, blue) < 16
    assert len(set(colours)) == len(PLACES) - 1
