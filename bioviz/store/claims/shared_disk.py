"""Whether a folder lies on a disk that several computers may see."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

_MOUNTS = Path("/proc/self/mountinfo")
_SHARED = {
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "lustre", "gpfs", "beegfs", "beegfs_nodev", "ceph", "afs", "glusterfs",
    "orangefs", "pvfs2", "panfs", "wekafs", "ocfs2", "gfs2", "vboxsf", "virtiofs", "juicefs",
}  # fmt: skip
_SHARED_PROGRAMS = {
    "sshfs",
    "glusterfs",
    "ceph",
    "ceph-fuse",
    "s3fs",
    "rclone",
    "juicefs",
    "mfs",
    "moosefs",
    "cvmfs",
}
"""Of file systems that a program of the user serves: named `fuse.` and one of these."""


@lru_cache(maxsize=1024)
def is_shared(folder: Path) -> bool:
    """Whether a folder, which need not be there yet, lies on a network file system; False where nothing tells."""
    kind = kind_of(folder)
    return kind in _SHARED or (kind.startswith("fuse.") and kind[5:] in _SHARED_PROGRAMS)


def kind_of(folder: Path) -> str:
    """Return the file system of a folder as Linux names it; "" elsewhere."""
    try:
        lines = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        resolved = folder.resolve()
    except (OSError, RuntimeError):
        return ""
    best, kind = -1, ""
    for line in lines:
        before, _, behind = line.partition(" - ")
        fields = before.split(" ")
        if len(fields) < 5 or not behind:
            continue
        mounted = Path(re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), fields[4]))
        depth = len(mounted.parts)
        if depth >= best and resolved.is_relative_to(
            mounted
        ):  # of two at one place the later one lies on top
            best, kind = depth, behind.split(" ")[0]
    return kind
