"""All measures of the diagnosis; nobody else has them."""

from __future__ import annotations

import numpy as np

from bioviz.analysis.diagnosis.diagnose import diagnose
from bioviz.analysis.diagnosis.inputs import DiagnosisInputs
from bioviz.progress import Silent
from tests.bench.bench_analysis import LABELS
from tests.bench.stages.contender import Contender, Stage
from tests.bench.stages.inputs import Inputs

NAMES = ("background", *[f"label {number}" for number in range(LABELS)])


def _ours(inputs: Inputs) -> object:
    x, targets, recording, snr = inputs.parts
    acoustic = {"snr_db": np.where(targets > 0, snr, np.nan), "level_dbfs": -snr}
    return diagnose(
        DiagnosisInputs(
            x, *inputs.both, targets, inputs.labels, NAMES, recording, recording % 7, recording % 24, acoustic,
            projection=inputs.xy, seconds_per_clip=1.0,
        ),
        Silent(),
    )  # fmt: skip


STAGE = Stage(
    "Diagnosis: all measures (no peer)",
    {"ours": Contender(_ours, up_to=1_000_000)},
    wants=("both", "xy"),
)
