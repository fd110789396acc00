"""What reading a damaged zip gives: not only what `zipfile` says it does."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib

ZIP_DAMAGE = (
    zipfile.BadZipFile,
    NotImplementedError,  # a compression that Python has not
    EOFError,
    RuntimeError,  # a password
    ValueError,  # letters in an encoding that they are not in, a seek before the start, a date of month 13
    KeyError,
    IndexError,
    OverflowError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
)
"""Of the zip itself."""
ZIP_TROUBLE = (*ZIP_DAMAGE, OSError)
"""The file that it lies in included, for what only reads."""
