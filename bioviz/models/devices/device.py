"""What this machine computes on, and with which numbers."""

from __future__ import annotations

import platform
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from bioviz.config import settings
from bioviz.errors import BadInput
from bioviz.models.devices.names import ALL

if TYPE_CHECKING:
    from bioviz.models.base import ModelCard

PRECISIONS = ("float32", "bfloat16", "float16")
_USE_CPU = "Use cpu, or name no device for the best there is."
_CPUINFO = Path("/proc/cpuinfo")
_BF16_FLAGS = {"avx512_bf16", "amx_bf16", "bf16"}  # the last is ARM's


def best_device() -> str:
    """ "cuda" where there is a GPU of NVIDIA's (or AMD's), else Apple's "mps", else "cpu"."""
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def gpu_names() -> tuple[str, ...]:
    """Return the names of all GPUs of NVIDIA's or AMD's that torch can use here, cuda:0 first."""
    import torch

    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    return tuple(torch.cuda.get_device_name(number) for number in range(count))


def check_device(name: str) -> str:
    """`name` if this computer can compute on it.

    Raises
    ------
    BadInput
        There is no such device, or not on this computer.
    """
    import torch

    kind, _, number = ("cuda" if name == ALL else name).partition(":")
    if kind not in ("cpu", "cuda", "mps") or (number and not (kind == "cuda" and number.isdecimal())):
        raise BadInput(
            f"There is no device {name!r}: choose cpu, cuda, cuda:1 (the second GPU), all (GPUs) or mps."
        )
    if kind == "mps" and not torch.backends.mps.is_available():
        raise BadInput(f"This computer has no Apple GPU that torch can use. {_USE_CPU}")
    if kind == "cuda":
        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
        if not count:
            raise BadInput(f"This computer has no NVIDIA GPU that torch can use. {_USE_CPU}")
        if int(number or 0) >= count:
            raise BadInput(f"There is no GPU {number}: this computer has {count}, counted from cuda:0.")
    return name


def describe_device(device: str | None = None, precision: str = "") -> str:
    """Return a few words for the screen, as in "NVIDIA H100, bfloat16"; of the best device unless told.

    Parameters
    ----------
    precision : str
        That the work in question really has (`precision_of`); "" where no model is meant.
    """
    import torch

    device = device or best_device()
    if device.startswith("cuda"):
        words = torch.cuda.get_device_name(device)
    elif device == "mps":
        words = "Apple GPU"
    else:
        threads = torch.get_num_threads()
        words = f"{cpu_name()}, {threads} thread{'s' * (threads != 1)}"
    return f"{words}, {precision}" if precision else words


def device_of(card: ModelCard, wanted: str | None = None) -> str:
    """Where a model computes: the wanted device (that of the settings, or the best, unless told); a file on the CPU."""
    return devices_of(card, wanted)[0]


def devices_of(card: ModelCard, wanted: str | None = None) -> list[str]:
    """Return where a model computes as `device_of`; of "all" GPUs the first and those that compute as it does.

    GPUs of another generation may have another precision: their numbers would differ from the first one's.
    """
    if card.graph is not None:
        return ["cpu"]
    chosen = wanted or (check_device(settings().device) if settings().device else best_device())
    if chosen != ALL:
        return [chosen]
    names = gpu_names()
    return [
        f"cuda:{number}"
        for number, name in enumerate(names)
        if name == names[0] and best_precision(f"cuda:{number}") == best_precision("cuda:0")
    ] or [best_device()]


def precision_of(card: ModelCard, device: str | None = None, wanted: str = "auto") -> str:
    """Return the precision that a model computes with on a device, in use and in training; the best unless told."""
    return resolve_precision(wanted, device_of(card, device), card.autocast)


def best_precision(device: str) -> str:
    """Return the quickest precision that the device computes natively; emulated bfloat16 is slower than float32."""
    if device.startswith("cuda"):
        import torch

        major, _ = torch.cuda.get_device_capability(device)
        return "bfloat16" if major >= 8 else "float16" if major == 7 else "float32"
    return "bfloat16" if device == "cpu" and cpu_has_bfloat16() else "float32"


def resolve_precision(precision: str, device: str, autocast: bool = True) -> str:
    """Settle "auto" for a device; `autocast` False (from the model's card) keeps float32.

    Raises
    ------
    BadInput
        No such precision.

    """
    if precision == "auto":
        return best_precision(device) if autocast else "float32"
    if precision not in PRECISIONS:
        raise BadInput(f"There is no precision {precision!r}; choose from auto, {', '.join(PRECISIONS)}.")
    return precision


def exact_float32() -> None:
    """Let float32 be float32 on NVIDIA GPUs too, in this process.

    PyTorch lets them round what goes into a convolution to ten bits (TF32) unless told. Who wants speed has bfloat16;
    a model that is kept in float32 is kept there because half precision was found to harm it.
    """
    import torch

    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False


def arithmetic(precision: str, device: str) -> str:
    """Return the numbers really computed with, as in "cuda float32 (TF32 off)".

    "float32" is not the same everywhere: see `exact_float32`, and a half precision is summed by other kernels on other
    kinds of devices.

    Parameters
    ----------
    precision : str
        As settled by `resolve_precision`.
    device : str
        As in `torch.device`.
    """
    kind = device.partition(":")[0]
    return f"{kind} {precision}{' (TF32 off)' if kind == 'cuda' else ''}"


@lru_cache(maxsize=1)
def cpu_has_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 itself; False where the system does not tell."""
    if not _CPUINFO.is_file():
        return False
    lines = _CPUINFO.read_text(encoding="utf-8", errors="replace").splitlines()
    flags = next((line for line in lines if line.lower().startswith(("flags", "features"))), "")
    return not _BF16_FLAGS.isdisjoint(flags.partition(":")[2].split())


def cpu_name() -> str:
    """Return the processor's name, as the system tells it."""
    if _CPUINFO.is_file():
        for line in _CPUINFO.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine() or "processor"
