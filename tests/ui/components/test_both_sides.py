"""What Python and the browser's scripts must read and decide alike, the latter run by node."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess

import numpy as np
import pytest

from bioviz.plots.geometry import inside
from bioviz.plots.map_data import Categories, MapData, Measure, SpanColumn, TextColumn
from bioviz.server.assets import FOLDER
from bioviz.ui.components.embedding_map.embedding_map import read_selection
from bioviz.ui.components.shared import acts
from bioviz.ui.components.shared.acts import Act
from bioviz.ui.components.shared.mount import packed_rows

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node (20 or newer) is not installed")


def node(script: str, given: object) -> object:
    """What a script gives for `given`; $ui stands for the folder of scripts."""
    reading = "import { readFileSync } from 'node:fs'; const given = JSON.parse(readFileSync(0, 'utf8'));"
    text = (
        script.replace("$ui", FOLDER.as_uri())
        + reading
        + "process.stdout.write(JSON.stringify(answer(given)));"
    )
    command = ["node", "--input-type=module", "-e", text]
    ran = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


LASSO = """
import { maskInside } from "$ui/components/embedding_map/picking.js";
const answer = (cases) => cases.map(({ polygon, x, y }) => {
  const order = Int32Array.from(x, (_, i) => i);
  const points = { n: x.length, order, x: Float32Array.from(x), y: Float32Array.from(y) };
  return [...maskInside(points, polygon, () => true).mask];
});
"""


def test_a_lasso_takes_the_same_points_on_the_map_and_in_python():
    rng = np.random.default_rng(0)
    cases = []
    for k in range(300):
        # Half of them on whole numbers, so that points lie on corners and edges.
        corners = int(rng.integers(3, 40))
        whole = k % 2 == 0
        polygon = rng.integers(-5, 6, (corners, 2)) if whole else rng.uniform(-5, 5, (corners, 2))
        x, y = (
            np.concatenate([rng.integers(-6, 7, 60), rng.uniform(-6, 6, 40)]).astype(np.float32) for _ in "xy"
        )
        cases.append({"polygon": polygon.astype(float).tolist(), "x": x.tolist(), "y": y.tolist()})
    masks = node(LASSO, cases)
    for case, mask in zip(cases, masks, strict=True):
        x, y = (np.array(case[axis], dtype=np.float32) for axis in "xy")
        expected = inside(np.array(case["polygon"]), x, y)
        assert mask == expected.astype(int).tolist()
    assert 0.1 < np.mean([np.mean(mask) for mask in masks]) < 0.9


MASKS = """
import { valueOfMask } from "$ui/components/embedding_map/picking.js";
const answer = (masks) => masks.map((mask) => valueOfMask({ places: "p" }, Uint8Array.from(mask)));
"""


def test_a_selection_of_single_clips_is_the_same_in_python():
    rng = np.random.default_rng(2)
    masks = [rng.random(n) < 0.4 for n in (1, 7, 8, 9, 100, 20_001)]
    for mask, value in zip(masks, node(MASKS, [mask.astype(int).tolist() for mask in masks]), strict=True):
        n = len(mask)
        data = MapData(
            3 * np.arange(n, dtype=np.int32),
            np.zeros(n, np.float32),
            np.zeros(n, np.float32),
            (Categories.from_codes("label", "Label", np.zeros(n, int), ["a"]),),
        )
        act = Act(5, True, {**value, "places": data.places})
        assert read_selection(data, act).rows.tolist() == (3 * np.flatnonzero(mask)).tolist()
        for damaged in ("", "not base64!", value["mask"][:-4] + "AAAAAAAA"):
            assert read_selection(data, Act(5, True, {**act.value, "mask": damaged})).rows is None


LOGS = """
import { ActLog } from "$ui/components/shared/acts.js";
const answer = (pairs) => pairs.map(([held, sent]) => {
  const log = new ActLog();
  log.hear(held);
  log.hear(sent);
  return [log.toSend(), log.next()];
});
"""


def test_logs_come_to_the_same_on_both_sides():
    rng = np.random.default_rng(1)

    def log() -> dict[str, Act]:
        kinds = rng.permutation(["clip", "selection", "colour"])[: rng.integers(0, 4)]
        return {
            str(kind): Act(int(rng.integers(0, 5)), bool(rng.integers(2)), int(rng.integers(100)))
            for kind in kinds
        }

    pairs = [(log(), log()) for _ in range(500)]
    answers = node(LOGS, [[acts.to_browser(log) for log in pair] for pair in pairs])
    for (held, sent), (merged, following) in zip(pairs, answers, strict=True):
        assert acts.from_browser(merged) == acts.merged(held, sent)
        assert following == max(acts.newest(held), acts.newest(sent)) + 1


POINTS = """
import { Points, columnsFrom } from "$ui/components/embedding_map/points.js";
const answer = (text) => {
  const points = new Points({ digest: "d", ...columnsFrom(Uint8Array.from(Buffer.from(text, "base64")).buffer) });
  return {
    rows: [...points.rows],
    x: [...points.x].map(String),
    background: [...points.background],
    names: [...points.colouring("label").codes].map((code) => points.colouring("label").names[code]),
    values: [...points.colouring("snr").values].map(String),
    said: points.describe(2),
    placed: [...points.order].sort(),
    order: points.indexOf(9),
  };
};
"""


def test_the_browser_reads_the_points_that_python_sends():
    data = MapData(
        rows=np.array([4, 70_000, 9]),
        x=np.array([0.5, np.nan, 2.0]),
        y=np.array([1.0, 2.0, 3.0]),
        colourings=(
            Categories.from_names("label", "label", ["b", "a", "b"]),
            Measure("snr", "Signal to noise", np.array([1.5, np.nan, -3.0]), "dB"),
        ),
        columns=(
            TextColumn.from_names("file", ["z.wav", "z.wav", "ä.wav"]),
            SpanColumn("time", np.array([0.0, 3, 61]), np.array([3.0, 6, 64])),
        ),
        background=np.array([False, True, False]),
    )
    assert node(POINTS, base64.b64encode(b"".join(data.parts())).decode()) == {
        "rows": [4, 70_000, 9],
        "x": ["0.5", "NaN", "2"],
        "background": [0, 1, 0],
        "names": ["b", "a", "b"],
        "values": ["1.5", "NaN", "-3"],
        "said": [["file", "ä.wav"], ["time", "1:01.00 – 1:04.00"]],
        "placed": [0, 2],
        "order": 2,
    }


def test_the_browser_reads_the_rows_that_python_sends():
    script = """
    import { decodeRows } from "$ui/components/shared/media.js";
    const answer = (lists) => lists.map((rows) => [...decodeRows(rows)]);
    """
    rows = [[], [0], [5, 3, 2_000_000_000, -1]]
    assert node(script, [packed_rows(list_) for list_ in rows]) == rows
