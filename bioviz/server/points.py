"""The points of maps, which the browser fetches as bytes: as text in a page's message a million froze the tab."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from starlette.requests import Request
from starlette.responses import Response

from bioviz.errors import Missing
from bioviz.plots.map_data import MapData
from bioviz.server.replies import cache_headers, not_modified

MOST_POINTS = 3_000_000
"""Of all maps that are kept; the newest is kept however large it is."""
_MOST_MAPS = 24

_maps: OrderedDict[str, MapData] = OrderedDict()
_lock = Lock()


def keep(data: MapData) -> str:
    """Keep a map for the browsers that will ask for it; return its address below the server's base path."""
    with _lock:
        _maps[data.digest] = data
        _maps.move_to_end(data.digest)
        while len(_maps) > 1 and (len(_maps) > _MOST_MAPS or sum(map(len, _maps.values())) > MOST_POINTS):
            _maps.popitem(last=False)
    return f"/bioviz/points/{data.digest}"


def points(request: Request) -> Response:
    """GET /bioviz/points/{digest}"""
    digest = request.path_params["digest"]
    with _lock:
        data = _maps.get(digest)
    if data is None:
        raise Missing("These points are no longer kept here.")
    if unchanged := not_modified(request, digest, pinned=True):
        return unchanged
    # Numbers hardly get smaller by packing, which would take seconds of a million points.
    headers = {**cache_headers(digest, pinned=True), "Content-Encoding": "identity"}
    return Response(b"".join(data.parts()), media_type="application/octet-stream", headers=headers)
