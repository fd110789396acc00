"""Equal settings have one key, whatever kind of number they were given as."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from bioviz.analysis.projection.layouts import PRESETS, ProjectionSpec
from bioviz.errors import BadInput
from bioviz.experiments.settings import NoiseSettings, ShiftSettings
from bioviz.runs.comparison import ComparisonSpec
from bioviz.runs.spec import RunSpec
from bioviz.store.digest import digest
from bioviz.study.spec import MAPS, StudySpec
from bioviz.training.settings import TrainSettings

RUN = RunSpec("dataset", "model", "checkpoint", seed=3)
SETTINGS = [
    ProjectionSpec(method="tsne", perplexity=25.0, seed=3),
    ProjectionSpec(n_neighbors=50, min_dist=0.0, seed=3),
    RUN,
    ComparisonSpec(RUN, RUN, k=20),
    NoiseSettings(per_label=20, snrs_db=(10.0, 0.0), k=20, seed=3),
    ShiftSettings(clips=200, reach=1.0, steps=2, k=20),
    TrainSettings(epochs=5, warmup=0.0, gain_db=6.0, learning_rates=(1.0,), seed=3),
    StudySpec(seeds=(0, 1), k=20),
]


def numbers_of(settings) -> dict[str, object]:
    return {
        each.name: value
        for each in fields(settings)
        if isinstance(value := getattr(settings, each.name), int | float) and not isinstance(value, bool)
    }


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("kind", [int, float, np.int32, np.float32])
def test_a_number_of_another_kind_is_the_same_setting(settings, kind):
    numbers = {name: kind(value) for name, value in numbers_of(settings).items() if value == int(value)}
    assert numbers
    given = replace(settings, **numbers)
    assert given == settings and digest(given.to_dict()) == digest(settings.to_dict())
    assert repr(given) == repr(settings)


@pytest.mark.parametrize("spec", [*PRESETS.values(), *MAPS.values()])
def test_a_preset_has_the_key_of_what_a_job_makes_of_it(spec):
    assert digest(ProjectionSpec.from_dict(spec.to_dict()).key_parts()) == digest(spec.key_parts())


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), "many", None, 2.5])
def test_what_is_no_such_number_is_refused(settings, bad):
    for name, value in numbers_of(settings).items():
        if bad != 2.5 or isinstance(value, int):
            with pytest.raises(BadInput, match=name):
                replace(settings, **{name: bad})
