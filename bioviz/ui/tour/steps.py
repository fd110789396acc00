"""The five steps of a tour: where each is, what it says, and what there is to click."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bioviz import jobs, rights
from bioviz.errors import BiovizError
from bioviz.ui.diagnose.sections import BACKING, show_evidence
from bioviz.ui.tour import words
from bioviz.ui.tour.plan import Plan
from bioviz.ui.tour.words import Pair

COUNT = 5


@dataclass(frozen=True)
class Said:
    """What a step says now.

    Attributes
    ----------
    text
        The sentence.
    button
        What to click; "" for nothing beside the next step.
    pair
        The clips that the button plays, one after the other.
    act
        What else the button does; it may change the view, and comes before the page is drawn.
    waits
        For a job; how far that is stands behind the sentence.

    """

    text: str
    button: str = ""
    pair: Pair | None = None
    act: Callable[[], object] | None = None
    waits: bool = False


@dataclass(frozen=True)
class Step:
    """One step: its number is its place among STEPS, from 1.

    Attributes
    ----------
    title, about
        In the list of steps; what it shows, before anything is computed.
    file, url
        Its page.
    say
        What it says where its result is here; None where it is not.
    view
        Fields of the view that the page is opened with.

    """

    title: str
    about: str
    file: str
    url: str
    say: Callable[[Plan], Said | None]
    view: Callable[[Plan], Mapping[str, object]] = field(default=lambda plan: {})


def _sees(plan: Plan) -> Said | None:
    if plan.run is None:
        return None
    pair = words.odd_pair(plan.run, plan.dataset)
    text = words.sees(plan.run)
    if pair is None:
        return Said(f"{text} No labelled clip has background as its nearest neighbor.")
    return Said(text, f"Hear {pair.labels[0]} and its nearest neighbor", pair)


def _why(plan: Plan) -> Said | None:
    if plan.diagnosis is None:
        return None
    text, clause = words.why(plan.diagnosis)
    if clause.kind not in BACKING:  # a note rests on nothing that could be shown
        return Said(text)
    return Said(text, "Show what it rests on", act=lambda: show_evidence(clause))


def _lost(plan: Plan) -> Said | None:
    from bioviz.ui.state import NoiseState

    try:
        result = plan.noise
    except BiovizError as error:
        return Said(str(error))
    if result is None or plan.run is None:
        return None
    label = words.curve_label(result)

    def show() -> None:
        NoiseState.measure.set("told")
        NoiseState.curve_label.set(label)

    text = words.lost(result, plan.dataset.labels, plan.run.unit.noun)
    if label is None:
        return Said(text)
    return Said(text, f"Show the curve of {plan.dataset.labels[label]}", act=show)


def _train(plan: Plan) -> Said | None:
    if plan.obstacle:
        return Said(plan.obstacle)
    trained = plan.checkpoint
    if trained is not None:
        record = trained.record
        return Said(record.outcome.sentence if trained.usable else record.reason)
    job = plan.training_job
    if job is not None and not job.is_over:
        return Said("The model is learning, and the map moves after every epoch.", waits=True)
    train = int((plan.dataset.clips.split == "train").sum())
    text = f"The model can learn the labels of {plan.dataset.name} from {train:,} training clips"
    if not rights.may_edit():
        return Said(f"{text}. Training is for those who may edit: ask whoever runs this server.")
    return Said(
        f"{text}; clips that it did not learn from then tell what it gained.",
        "Fine-tune it",
        act=lambda: _start_training(plan),
    )


def _start_training(plan: Plan) -> jobs.Job:
    from bioviz.training import tasks
    from bioviz.ui.state import FinetuneState

    job = tasks.start(plan.training)
    FinetuneState.job.set(job.id)
    return job


def _changed(plan: Plan) -> Said | None:
    from bioviz.ui.state import CompareState

    if plan.obstacle:
        return Said(f"There is no before and after: {plan.obstacle}")
    if plan.checkpoint is None:
        return Said("There is nothing to compare yet: the model is not fine-tuned. Go back one step.")
    if plan.comparison_spec is None:
        return Said(plan.checkpoint.record.reason)
    if plan.comparison is None or plan.run is None:
        return None
    text = words.changed(plan.comparison, plan.run.unit.noun)
    return Said(text, "Show rescued and broken", act=lambda: CompareState.section.set("transitions"))


def _both_sides(plan: Plan) -> Mapping[str, object]:
    spec = plan.comparison_spec
    right = {} if spec is None else {"other_checkpoint": spec.right.checkpoint, "split": spec.left.split}
    return {"other_dataset": "", "other_model": plan.spec.model, "other_model_seed": 0, **right}


STEPS = (
    Step(
        "What the model sees",
        "Each point is a clip. Hear two neighbors that should not be neighbors.",
        "explore.py",
        "explore",
        _sees,
    ),
    Step(
        "Why",
        "The label that is most mixed with background, and the likeliest cause.",
        "diagnose.py",
        "diagnose",
        _why,
    ),
    Step(
        "At which noise it fails",
        "Background is added to the calls until they are lost.",
        "snr.py",
        "noise",
        _lost,
    ),
    Step(
        "Fine-tune",
        "Train the model, and watch the map move epoch by epoch.",
        "finetune.py",
        "finetune",
        _train,
    ),
    Step(
        "Before and after",
        "Which clips were rescued from background, and which were broken.",
        "compare.py",
        "compare",
        _changed,
        _both_sides,
    ),
)
