"""HTTP around the media: tags and cache headers, ranges, errors as JSON with a sentence."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bioviz.errors import BadInput, BiovizError, Missing
from bioviz.server.clips import Gone

log = logging.getLogger(__name__)

SAFE = {"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin"}
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
# A path from the root on, up to the name at its end; one slash alone may stand between words.
_PATH = re.compile(r"(?<![\w/.:])(?:[A-Za-z]:)?(?:[/\\][^/\\\n:;,'\"<>|]+)+[/\\]([^/\\\n:;,'\"<>|]+)")
MOST_ROWS = 10**15
_LONGEST_SENTENCE = 600
_A_DAY_S = 86_400

Endpoint = Callable[[Request], Awaitable[Response]]


def guarded(endpoint: Endpoint) -> Endpoint:
    """Turn errors into JSON `{"error": sentence}` with a fitting status."""

    async def answer(request: Request) -> Response:
        try:
            if request.path_params.get("row", 0) > MOST_ROWS:
                return refusal(400, "The number of the clip is larger than any.")
            return await endpoint(request)
        except Gone as error:
            return refusal(410, str(error))
        except Missing as error:
            return refusal(404, str(error))
        except BadInput as error:
            return refusal(400, str(error))
        except BiovizError as error:
            log.exception("%s %s", request.method, request.url.path[:200])
            return refusal(500, str(error))
        except Exception:
            log.exception("%s %s", request.method, request.url.path[:200])
            return refusal(500, "Something unforeseen went wrong here. The server's log has the details.")

    return answer


def without_paths(sentence: str) -> str:
    """Return a sentence in which files are called by their names alone: where they lie is the server's own business."""
    return _PATH.sub(r"\1", sentence)


def _shortened(sentence: str) -> str:
    """Return a sentence that does not repeat all that was sent."""
    return sentence if len(sentence) <= _LONGEST_SENTENCE else f"{sentence[:_LONGEST_SENTENCE]}…"


def refusal(status: int, sentence: str) -> JSONResponse:
    """Return an error for the client."""
    return JSONResponse(
        {"error": _shortened(without_paths(sentence))}, status, headers={**SAFE, "Cache-Control": "no-store"}
    )


def cache_headers(tag: str, pinned: bool) -> dict[str, str]:
    """Headers of a cachable reply: kept unasked where the URL names the dataset's version, else checked."""
    keep = f"private, max-age={_A_DAY_S}, immutable" if pinned else "private, no-cache"
    return {**SAFE, "ETag": f'"{tag}"', "Cache-Control": keep}


def not_modified(request: Request, tag: str, pinned: bool) -> Response | None:
    """Return a 304 where the client already holds the bytes of this tag."""
    etags = request.headers.get("if-none-match", "")
    if etags == "*" or f'"{tag}"' in etags:
        return Response(status_code=304, headers=cache_headers(tag, pinned))
    return None


def send(request: Request, body: bytes, media_type: str, headers: dict[str, str]) -> Response:
    """Return the bytes, or the one range of them that was asked for."""
    headers = {**headers, "Accept-Ranges": "bytes"}
    requested = _RANGE.fullmatch(request.headers.get("range", "").strip())
    unchanged = request.headers.get("if-range", headers["ETag"]) == headers["ETag"]
    status, piece = 200, body
    if requested and any(requested.groups()) and unchanged:
        first, last = _bounds(requested[1], requested[2], len(body))
        if first > last:
            headers["Content-Range"] = f"bytes */{len(body)}"
            return Response(status_code=416, headers=headers)
        headers["Content-Range"] = f"bytes {first}-{last}/{len(body)}"
        status, piece = 206, body[first : last + 1]
    headers["Content-Length"] = str(len(piece))
    return Response(b"" if request.method == "HEAD" else piece, status, headers, media_type)


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    """First and last byte of a range; first > last where it cannot be satisfied."""
    if not first:
        return (max(0, size - int(last)), size - 1) if int(last) else (size, size - 1)
    return int(first), min(int(last), size - 1) if last else size - 1


def about_header(about: dict[str, object]) -> dict[str, str]:
    """Return what a reply shows, for the page that asked."""
    return {"X-Bioviz-About": json.dumps(about)}
