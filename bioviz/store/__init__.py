"""What lies on disk: atomic checksummed files, canonical keys, locks, a cache without pickle."""

from bioviz.store.files import Corrupt, DiskFull, NotWritable

__all__ = ["Corrupt", "DiskFull", "NotWritable"]
