"""The list of routes, and what is made ready at the start so that the first click does not wait."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from bioviz import jobs
from bioviz.errors import Missing
from bioviz.server import annotating, facts, flagging, media, similar
from bioviz.server.assets import script
from bioviz.server.clips import Clip, find_clip
from bioviz.server.media import Media
from bioviz.server.memory.heap import CALM_S, Calm, trim
from bioviz.server.params import box_spec, part, picture_spec, sound_spec
from bioviz.server.points import marks, points
from bioviz.server.posting import fresh, limited_body
from bioviz.server.replies import SAFE, about_header, cache_headers, guarded, not_modified, refusal, send
from bioviz.server.work import CalledOff, Workers


def _forget_media() -> None:
    media.forget()
    trim()


# Nobody has looked at a clip for minutes: whoever comes next waits a moment for sound to be read anew.
_workers = Workers(Calm(((CALM_S, trim), (300.0, _forget_media))))


async def clip_sound(request: Request) -> Response:
    """GET /bioviz/clip/{dataset_id}/{row}.wav?context=&normalise=&slow=&loudness=&low=&high=&from=&to=&v="""
    spec = sound_spec(request.query_params)
    return await _clip_media(
        request, "audio/wav", lambda c: media.sound_tag(c, spec), lambda c: media.sound(c, spec)
    )


async def clip_picture(request: Request) -> Response:
    """GET /bioviz/clip/{dataset_id}/{row}.png?context=&axis=&low=&high=&db_range=&top=&cmap=&w=&h=&from=&to=&v="""
    return await _shown(request, "picture", "image/png", media.picture)


async def clip_levels(request: Request) -> Response:
    """GET /bioviz/clip/{dataset_id}/{row}.levels? as of the picture: the dB of each of its pixels, a byte each."""
    return await _shown(request, "levels", "application/octet-stream", media.levels)


async def clip_waveform(request: Request) -> Response:
    """GET /bioviz/clip/{dataset_id}/{row}.waveform?context=&w=&from=&to=&v="""
    return await _shown(request, "waveform", "application/octet-stream", media.waveform)


async def _shown(request: Request, kind: str, media_type: str, make: Callable[..., Media]) -> Response:
    spec, context_s = picture_spec(request.query_params)
    seconds = part(request.query_params)
    return await _clip_media(
        request,
        media_type,
        lambda c: media.shown_tag(kind, c, spec, context_s, seconds),
        lambda c: make(c, spec, context_s, seconds),
    )


async def clip_box(request: Request) -> Response:
    """GET /bioviz/clip/{dataset_id}/{row}/box.json?from=&to=&low=&high=&context="""
    spec = box_spec(request.query_params)
    dataset_id, row = request.path_params["dataset_id"], request.path_params["row"]
    version = request.query_params.get("v", "")
    return await _facts(request, lambda: facts.box_facts(find_clip(dataset_id, row, version), spec))


async def _clip_media(
    request: Request, media_type: str, tag_of: Callable[[Clip], str], make: Callable[[Clip], Media]
) -> Response:
    dataset_id, row = request.path_params["dataset_id"], request.path_params["row"]

    def work() -> Response:
        clip = find_clip(dataset_id, row, request.query_params.get("v", ""))
        tag = tag_of(clip)
        pinned = request.query_params.get("v") == clip.dataset.version[:12]
        unchanged = not_modified(request, tag, pinned)
        if unchanged is not None:
            return unchanged
        media = make(clip)
        return send(request, media.body, media_type, cache_headers(tag, pinned) | about_header(media.about))

    return await _run(request, work)


async def clip_facts(request: Request) -> Response:
    """GET /bioviz/clip/{dataset_id}/{row}.json"""
    dataset_id, row = request.path_params["dataset_id"], request.path_params["row"]
    return await _facts(request, lambda: facts.clip_facts(find_clip(dataset_id, row)))


async def run_facts(request: Request) -> Response:
    """GET /bioviz/run/{run_key}/clip/{row}.json"""
    run_key, row = request.path_params["run_key"], request.path_params["row"]
    return await _facts(request, lambda: facts.run_facts(run_key, row))


async def similar_clips(request: Request) -> Response:
    """GET /bioviz/run/{run_key}/similar/{row}.json?n=&first=&apart=&by=&from=&to=&low=&high="""
    run_key, row = request.path_params["run_key"], request.path_params["row"]
    spec = similar.similar_spec(request.query_params)
    return await _facts(request, lambda: similar.similar_clips(run_key, row, spec))


async def similar_to_file(request: Request) -> Response:
    """POST /bioviz/run/{run_key}/similar.json?n=&first=&name=, the body a sound file"""
    body = await limited_body(request, similar.MAX_SOUND_BYTES)
    if body is None:
        return refusal(
            413, f"A sound that is searched for has at most {similar.MAX_SOUND_BYTES >> 20} MB. Cut it."
        )
    run_key, name = request.path_params["run_key"], request.query_params.get("name", "")[:100]
    spec = similar.similar_spec(request.query_params)
    key = ("similar", run_key, name, spec, sha256(body).hexdigest())
    return await _workers.run(key, lambda: fresh(similar.similar_to_file(run_key, name, body, spec)))


async def _facts(request: Request, work: Callable[[], Any]) -> Response:
    headers = {**SAFE, "Cache-Control": "private, no-cache"}
    return await _run(request, lambda: JSONResponse(work(), headers=headers))


async def _run(request: Request, work: Callable[[], Response]) -> Response:
    """Return what `work()` gives, in a thread."""
    if not _is_ahead(request):
        return await _workers.run(_identity(request), work)
    try:
        return await _workers.run_ahead(_identity(request), work, request.is_disconnected)
    except CalledOff:
        return Response(status_code=499, headers=SAFE)  # read by nobody


async def job_progress(request: Request) -> Response:
    """GET /bioviz/jobs/{job_id}.json"""
    job_id = request.path_params["job_id"]
    return await _facts(request, lambda: jobs.progress(jobs.get(job_id)))


async def map_points(request: Request) -> Response:
    """GET /bioviz/points/{digest}"""
    return await _run(request, lambda: points(request))


async def map_marks(request: Request) -> Response:
    """GET /bioviz/marks/{digest}"""
    return await _run(request, lambda: marks(request))


async def plotly_js(request: Request) -> Response:
    """GET /bioviz/plotly.js, as it ships in the plotly package."""
    package = find_spec("plotly")
    if package is None or not package.submodule_search_locations:
        raise Missing("The plotly package is not installed; install what requirements.txt lists.")
    path = Path(package.submodule_search_locations[0]) / "package_data" / "plotly.min.js"
    headers = {**SAFE, "Cache-Control": "private, max-age=3600"}
    return FileResponse(path, media_type="text/javascript", headers=headers)


def _identity(request: Request) -> tuple:
    """Return what two requests must share to be answered by one piece of work."""
    headers = tuple(request.headers.get(name) for name in ("range", "if-range", "if-none-match"))
    return (request.method, str(request.url), headers)


def _is_ahead(request: Request) -> bool:
    """Whether the page fetches this before the user asks for it (thumbnails, next clips)."""
    return request.headers.get("x-bioviz-ahead") == "1" or "thumb" in request.query_params


def routes(base: str = "") -> list[Route]:
    """Everything served beside the pages.

    Parameters
    ----------
    base : str
        Path below which the pages are served, such as ``"lab/sounds"``; the routes are below it too.
    """
    base = base.strip("/")
    prefix = f"/{base}/bioviz" if base else "/bioviz"
    # Not one Mount: it would answer for all that Streamlit serves below the same path.
    return [
        Route(prefix + "/clip/{dataset_id}/{row:row}.wav", guarded(clip_sound), methods=["GET", "HEAD"]),
        Route(prefix + "/clip/{dataset_id}/{row:row}.png", guarded(clip_picture), methods=["GET", "HEAD"]),
        Route(prefix + "/clip/{dataset_id}/{row:row}.levels", guarded(clip_levels), methods=["GET", "HEAD"]),
        Route(
            prefix + "/clip/{dataset_id}/{row:row}.waveform", guarded(clip_waveform), methods=["GET", "HEAD"]
        ),
        Route(prefix + "/clip/{dataset_id}/{row:row}/box.json", guarded(clip_box), methods=["GET"]),
        Route(prefix + "/clip/{dataset_id}/{row:row}.json", guarded(clip_facts), methods=["GET"]),
        Route(prefix + "/run/{run_key}/clip/{row:row}.json", guarded(run_facts), methods=["GET"]),
        Route(prefix + "/run/{run_key}/similar/{row:row}.json", guarded(similar_clips), methods=["GET"]),
        Route(prefix + "/run/{run_key}/similar.json", guarded(similar_to_file), methods=["POST"]),
        Route(prefix + "/flags/user.json", guarded(flagging.checked_user), methods=["GET"]),
        Route(
            prefix + "/flags/{dataset_id}/{row:row}.json",
            guarded(flagging.flags_of_clip),
            methods=["GET"],
        ),
        Route(prefix + "/flags/{dataset_id}/{row:row}", guarded(flagging.set_flag), methods=["POST"]),
        Route(
            prefix + "/annotations/{dataset_id}/{row:row}.json",
            guarded(annotating.annotations_of_clip),
            methods=["GET"],
        ),
        Route(
            prefix + "/annotations/{dataset_id}/{row:row}",
            guarded(annotating.set_annotation),
            methods=["POST"],
        ),
        Route(prefix + "/jobs/{job_id}.json", guarded(job_progress), methods=["GET"]),
        Route(prefix + "/points/{digest}", guarded(map_points), methods=["GET", "HEAD"]),
        Route(prefix + "/marks/{digest}", guarded(map_marks), methods=["GET", "HEAD"]),
        Route(prefix + "/scripts/{version}/{name:path}", guarded(script), methods=["GET", "HEAD"]),
        Route(prefix + "/plotly.js", guarded(plotly_js), methods=["GET", "HEAD"]),
    ]


class _Row(Convertor[int]):
    """A clip's number; one of more digits than Python reads is larger than any clip's."""

    regex = "[0-9]+"

    def convert(self, value: str) -> int:
        return int(value) if len(value) <= 18 else 10**18

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("row", _Row())


def warm_up() -> None:
    """Import what is imported late, and run once what a first click needs."""
    from bioviz import runs  # noqa: F401
    from bioviz.audio import decode  # noqa: F401
    from bioviz.embedding import acoustic  # noqa: F401
    from bioviz.models.devices.hardware import hardware

    media.warm_up()
    hardware()


@asynccontextmanager
async def lifespan(app: object) -> AsyncIterator[None]:
    """For `st.App(lifespan=...)`: warm up beside the start instead of before it."""
    threading.Thread(target=warm_up, name="media-warm-up", daemon=True).start()
    yield
