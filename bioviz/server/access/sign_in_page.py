"""The page that asks who comes: a token, a sign-in, or both."""

from __future__ import annotations

from html import escape

from starlette.responses import HTMLResponse

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>bioviz: sign in</title>
<style>
:root {{ color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5; }}
main {{ max-width: 26rem; margin: 18vh auto; padding: 0 1.5rem; }}
input, button, a.button {{ font: inherit; padding: .5rem .75rem; border-radius: .4rem; border: 1px solid #8a9a98; }}
input {{ width: 100%; box-sizing: border-box; margin: .25rem 0 .75rem; }}
button, a.button {{ background: #0b7a75; color: #fff; border-color: #0b7a75; text-decoration: none; }}
[role=alert] {{ border-left: .25rem solid #b3261e; padding-left: .75rem; }}
</style></head>
<body><main><h1>bioviz</h1>{alert}{sign_in}{token}</main></body></html>
"""
_TOKEN = """<form method="post" action="{action}">
<input type="hidden" name="next" value="{next}">
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<button>Open</button>
<p>The command <code>bioviz open</code> printed it at the start; else whoever runs this server knows it.</p>
</form>"""
_SIGN_IN = '<p><a class="button" href="{address}">Sign in</a></p>'


def sign_in_page(
    *,
    action: str,
    next_path: str,
    sentence: str = "",
    address: str = "",
    token: bool = True,
    status: int = 401,
) -> HTMLResponse:
    """Return the page.

    Parameters
    ----------
    action, next_path : str
        Where the token is sent, and the page to open with it.
    sentence : str
        What went wrong before.
    address : str
        Where the sign-in begins; "" for none.
    token : bool
        Whether tokens are taken.
    status : int
        Of the reply.

    """
    alert = f'<p role="alert">{escape(sentence)}</p>' if sentence else ""
    form = _TOKEN.format(action=escape(action), next=escape(next_path)) if token else ""
    link = _SIGN_IN.format(address=escape(address)) if address else ""
    return HTMLResponse(
        _PAGE.format(alert=alert, sign_in=link, token=form), status, headers={"Cache-Control": "no-store"}
    )
