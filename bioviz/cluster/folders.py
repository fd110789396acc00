"""How a worker finds out whether it sees the cache folder of the process that asks."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator

from bioviz.cluster.on_worker import Folders
from bioviz.config import settings
from bioviz.store.files import disk_trouble, make_folder


@contextlib.contextmanager
def shown_folders() -> Iterator[Folders]:
    """Lay a file into the cache folder, by which workers know it; it is taken away in the end.

    Raises
    ------
    DiskFull, NotWritable
        The cache folder takes no file.

    """
    now = settings()
    path = make_folder(now.cache_dir / "cluster") / f"seen-{uuid.uuid4().hex}"
    content = uuid.uuid4().hex
    with disk_trouble(path):
        path.write_text(content, encoding="utf-8")
    environment = {
        "BIOVIZ_CACHE": str(now.cache_dir),
        "BIOVIZ_DATA": os.pathsep.join(map(str, now.data_roots)),
        "BIOVIZ_WEIGHTS": os.pathsep.join(map(str, now.weights_dirs)),
        "BIOVIZ_CLAIMS": now.claims,
    }
    try:
        yield Folders(environment, (str(path), content))
    finally:
        path.unlink(missing_ok=True)
