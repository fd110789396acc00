"""What this computer's models run on, for a process that must stay light: torch is asked in a process of its own.

torch takes some 500 MB of memory; the server of the pages computes nothing with it and lives for weeks.
"""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Condition

from cachetools import LRUCache, cached

import bioviz
from bioviz.models.base import ModelCard
from bioviz.models.devices import device

_WAIT_S = 120.0  # the first import of torch after a start of the computer reads gigabytes
# Of NVIDIA's driver, its small boards, AMD's driver, and Windows' graphics below Linux. Other systems are not searched.
_SIGNS_OF_A_GPU = tuple(
    map(
        Path,
        ("/proc/driver/nvidia", "/dev/nvidiactl", "/dev/nvhost-ctrl", "/dev/nvmap", "/dev/kfd", "/dev/dxg"),
    )
)


@dataclass(frozen=True)
class Hardware:
    """What models run on.

    Parameters
    ----------
    device : str
        "cuda", "mps" or "cpu".
    words : str
        For the screen, as in "NVIDIA H100".
    precision : str
        The quickest that the device computes natively.
    unused_gpu : str
        A sentence on why a GPU that is there is not used; "" where none is, or it is used.
    gpus : tuple of str
        Names of all GPUs of NVIDIA's or AMD's that torch can use, cuda:0 first.
    """

    device: str
    words: str
    precision: str
    unused_gpu: str = ""
    gpus: tuple[str, ...] = ()

    def precision_of(self, card: ModelCard, wanted: str = "auto") -> str:
        """Return the precision that a model computes with here; as `device.precision_of`.

        Raises
        ------
        BadInput
            No such precision.
        """
        if wanted == "auto" and card.autocast and card.graph is None:
            return self.precision
        return device.resolve_precision(
            wanted, "cpu" if card.graph is not None else self.device, card.autocast
        )

    def describe(self, precision: str = "") -> str:
        """Return a few words for the screen, as in "NVIDIA H100, bfloat16"."""
        return f"{self.words}, {precision}" if precision else self.words


@cached(LRUCache(1), condition=Condition())  # who asks while torch is being asked waits for that answer
def hardware() -> Hardware:
    """Find out once in this process what models run on, without importing torch where it is not imported."""
    if sys.platform == "linux" and not shows_a_gpu():
        return _processor()
    return probe() if "torch" in sys.modules else _ask()


def probe() -> Hardware:
    """Find out what models run on; imports torch."""
    best = device.best_device()
    if best == "cpu":
        return _processor(_why_unused())
    return Hardware(best, device.describe_device(best), device.best_precision(best), gpus=device.gpu_names())


def _processor(unused_gpu: str = "") -> Hardware:
    return Hardware("cpu", device.cpu_name(), device.best_precision("cpu"), unused_gpu)


def shows_a_gpu() -> bool:
    """Whether the system has files of a GPU's driver; asks no torch."""
    return any(sign.exists() for sign in _SIGNS_OF_A_GPU)


def _ask() -> Hardware:
    """As `probe`, in a process of its own; the CPU where that process comes to nothing."""
    command = [sys.executable, "-m", "bioviz.models.devices.hardware"]
    folder = Path(bioviz.__path__[0]).resolve().parent  # where it lies, installed or not
    try:
        answer = subprocess.run(
            command, capture_output=True, check=True, timeout=_WAIT_S, cwd=folder, text=True
        )
        answered = json.loads(answer.stdout.splitlines()[-1])
        return Hardware(**{**answered, "gpus": tuple(answered["gpus"])})
    except (OSError, subprocess.SubprocessError, ValueError, TypeError, KeyError, IndexError):
        return Hardware("cpu", "processor (PyTorch did not answer)", "float32")


def _why_unused() -> str:
    """Why an NVIDIA or AMD GPU that the system shows is not one that torch can use; "" where none is shown."""
    import torch

    if not shows_a_gpu():
        return ""
    beginning = "A GPU was found, but models run on the processor:"
    if torch.version.cuda is None and torch.version.hip is None:
        return f"{beginning} this PyTorch was built without GPU support. Install a build that has it."
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        torch.cuda.is_available()
    reasons = " ".join(str(each.message) for each in said)
    if "too old" in reasons:
        return f"{beginning} its driver is too old for this PyTorch. Update the driver."
    return (
        f"{beginning} PyTorch cannot reach it. Check the driver (nvidia-smi or rocm-smi should list the GPU)."
    )


if __name__ == "__main__":
    print(json.dumps(asdict(probe())))
