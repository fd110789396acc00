"""The points of maps, and their marks, which the browser fetches as bytes.

As text in a page's message a million of them froze the tab.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from bioviz.errors import Missing
from bioviz.plots.map_data import MapData, Marks
from bioviz.server.replies import cache_headers, not_modified

MOST_POINTS = 3_000_000
"""Of all maps that are kept; the newest is kept however large it is."""
_MOST_MAPS = 24

Kept = TypeVar("Kept", MapData, Marks)

_maps: OrderedDict[str, MapData] = OrderedDict()
_marks: OrderedDict[str, Marks] = OrderedDict()
_lock = Lock()


def keep(data: MapData) -> str:
    """Keep a map for the browsers that will ask for it; return its address below the server's base path."""
    return f"/bioviz/points/{_put(_maps, data)}"


def keep_marks(marks: Marks) -> str:
    """Keep the marks of a map as `keep` keeps its points; return their address."""
    return f"/bioviz/marks/{_put(_marks, marks)}"


def _put(kept: OrderedDict[str, Kept], each: Kept) -> str:
    with _lock:
        kept[each.digest] = each
        kept.move_to_end(each.digest)
        while len(kept) > 1 and (len(kept) > _MOST_MAPS or sum(map(len, kept.values())) > MOST_POINTS):
            kept.popitem(last=False)
    return each.digest


def points(request: Request) -> Response:
    """GET /bioviz/points/{digest}"""
    return _sent(request, _maps, "These points are no longer kept here.")


def marks(request: Request) -> Response:
    """GET /bioviz/marks/{digest}"""
    return _sent(request, _marks, "These flags and annotations are no longer kept here.")


def _sent(request: Request, kept: Mapping[str, MapData | Marks], absent: str) -> Response:
    digest = request.path_params["digest"]
    with _lock:
        each = kept.get(digest)
    if each is None:
        raise Missing(absent)
    if unchanged := not_modified(request, digest, pinned=True):
        return unchanged
    # Numbers hardly get smaller by packing, which would take seconds of a million points.
    headers = {**cache_headers(digest, pinned=True), "Content-Encoding": "identity"}
    return Response(b"".join(each.parts()), media_type="application/octet-stream", headers=headers)
