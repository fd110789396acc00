"""Spectrograms in torch, on the device of the waveforms, each row on its own."""

from __future__ import annotations

import warnings
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional


def pad_to(waveforms: Tensor, samples: int) -> Tensor:
    """(B, T) to (B, max(T, samples)) with zeros behind."""
    return functional.pad(waveforms, (0, max(0, samples - waveforms.shape[-1])))


def power_spectrogram(
    waveforms: Tensor, n_fft: int, hop: int, window: int | None = None, center: bool = True
) -> Tensor:
    """Squared magnitudes of the short-time Fourier transform, periodic Hann window.

    Parameters
    ----------
    waveforms : (B, T) float32
        Shorter than the transform is padded with zeros.
    n_fft, hop, window
        Samples; the window defaults to `n_fft`, a shorter one is centred in it.
    center
        Frames are centred on multiples of `hop`, the ends mirrored; else they start there.

    Returns
    -------
    (B, n_fft // 2 + 1, frames) float32.

    """
    window = window or n_fft
    spectrum = torch.stft(
        pad_to(waveforms, n_fft),
        n_fft,
        hop,
        window,
        _hann(window, str(waveforms.device)),
        center=center,
        pad_mode="reflect",
        return_complex=True,
    )
    return spectrum.real.square() + spectrum.imag.square()


def mel_spectrogram(
    waveforms: Tensor,
    rate: int,
    n_fft: int,
    hop: int,
    n_mels: int,
    window: int | None = None,
    slaney: bool = False,
) -> Tensor:
    """(B, n_mels, frames) float32 power mel spectrogram from 0 Hz to half the rate.

    The bands are torchaudio's defaults (HTK scale, no area normalisation) or, with `slaney`, librosa's.
    """
    power = power_spectrogram(waveforms, n_fft, hop, window)
    return (power.transpose(1, 2) @ mel_bands(rate, n_fft, n_mels, slaney, str(waveforms.device))).transpose(
        1, 2
    )


def constant(values: Tensor, device: str) -> Tensor:
    """`values` as a float32 tensor on `device` that may be kept and used with and without gradients."""
    with torch.inference_mode(False):
        return values.to(device=device, dtype=torch.float32).clone()


@lru_cache(maxsize=32)
def mel_bands(rate: int, n_fft: int, n_mels: int, slaney: bool, device: str) -> Tensor:
    """(n_fft // 2 + 1, n_mels) float32 weights of the mel bands."""
    from torchaudio.functional import melscale_fbanks

    kind = {"norm": "slaney", "mel_scale": "slaney"} if slaney else {"norm": None, "mel_scale": "htk"}
    with torch.inference_mode(False), warnings.catch_warnings():
        # Narrow bands may fall between two bins and stay empty, in the paper's figures too.
        warnings.filterwarnings("ignore", "At least one mel filterbank has all zero values")
        bands = melscale_fbanks(n_fft // 2 + 1, 0.0, rate / 2, n_mels, rate, **kind)
    return constant(bands, device)


@lru_cache(maxsize=32)
def _hann(window: int, device: str) -> Tensor:
    with torch.inference_mode(False):
        return constant(torch.hann_window(window, dtype=torch.float64), device)
