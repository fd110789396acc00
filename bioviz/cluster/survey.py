"""What the workers of a cluster compute with, and which of them compute the same numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from bioviz.cluster.connect import Connection
from bioviz.errors import BadInput, BiovizError
from bioviz.models.devices.names import ALL

_RANK = ("cuda", "mps", "cpu")


@dataclass(frozen=True)
class Computes:
    """What a worker computes with.

    Attributes
    ----------
    device
        "cuda", "mps" or "cpu": as the worker names it, which sees its own GPU first.
    precision
        That a model has on it.
    words
        For the provenance, as in "NVIDIA H100".

    """

    device: str
    precision: str
    words: str


@dataclass(frozen=True)
class Fleet:
    """The workers that are used.

    Attributes
    ----------
    computes
        What each of them computes with.
    among
        Their addresses where others are there too, which are left out as their numbers would differ; else None.
    words
        For the provenance.

    """

    computes: Computes
    among: list[str] | None
    words: str


def ask(wanted: str | None, autocast: bool, on_processor: bool) -> Computes | str:
    """Tell on a worker what a model computes with there; a sentence where it cannot."""
    from bioviz.models.devices.device import best_device, check_device, describe_device, resolve_precision

    try:
        device = "cpu" if on_processor else check_device(wanted) if wanted else best_device()
        precision = resolve_precision("auto", device, autocast)
    except BadInput as error:
        return str(error)
    return Computes(device, precision, describe_device(device, precision))


def fleet(
    connection: Connection,
    wanted: str | None,
    *,
    autocast: bool,
    on_processor: bool,
    waiting: Callable[[str], object],
) -> Fleet:
    """Ask all workers that are there, at least one, what a model computes with on them.

    Parameters
    ----------
    wanted
        "cuda", "mps" or "cpu"; the best that a worker has if None.
    autocast, on_processor
        Whether the model may compute in a half precision; whether it only runs on the processor.
    waiting
        See `Connection.await_workers`.

    Raises
    ------
    BadInput
        No worker has what is wanted.

    """
    if wanted and ":" in wanted:
        raise BadInput(
            f"On a cluster name the kind of device only, cuda or cpu, not {wanted!r}: each worker uses its own."
        )
    wanted = "cuda" if wanted == ALL else wanted  # each worker has one of its own
    there = connection.await_workers(waiting)
    answers = connection.client.run(ask, wanted, autocast, on_processor, on_error="return")
    return choose({address: answers.get(address) for address in there})


def choose(answers: dict[str, Computes | str | BaseException | None]) -> Fleet:
    """Return the workers with the best kind of device; where their precisions differ, those with the commonest."""
    fitting: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for address, answer in answers.items():
        if isinstance(answer, Computes):
            fitting[answer.device, answer.precision].append(address)
    if not fitting:
        why = next((str(answer) for answer in answers.values() if answer is not None), "they do not answer")
        raise BiovizError(f"No worker of the cluster can compute this: {why}")
    best = min(fitting, key=lambda kind: (_RANK.index(kind[0]), -len(fitting[kind]), kind[1]))
    addresses = fitting[best]
    computes = next(answers[address] for address in addresses)
    assert isinstance(computes, Computes)
    words = f"{len(addresses)} worker{'s' * (len(addresses) != 1)}: {computes.words}"
    return Fleet(computes, None if len(addresses) == len(answers) else addresses, words)
