"""A report as one HTML file that needs nothing else: plotly.js, figures and tables are inside it."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

# The browser itself holds the promise: nothing may be fetched, whatever a label contains.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:; "
    "font-src data:"
)
_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;color:#31333F;max-width:1100px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.7rem}h2{font-size:1.25rem;margin-top:2.2rem}
table{border-collapse:collapse;font-size:13px;margin:.5rem 0}
th,td{border-bottom:1px solid #dde1e3;padding:.25rem .7rem .25rem 0;text-align:left;vertical-align:top}
td.n{text-align:right;font-variant-numeric:tabular-nums}
pre{background:#f5f6f7;padding:1rem;font-size:12px;white-space:pre-wrap;overflow-wrap:anywhere}
figure{margin:1rem 0}figcaption{color:#5b6166;font-size:13px}
.two{display:grid;grid-template-columns:1fr 1fr;gap:1rem}
"""


@dataclass(frozen=True)
class Heading:
    text: str


@dataclass(frozen=True)
class Words:
    text: str


@dataclass(frozen=True)
class Table:
    """Columns and rows; numbers are shown as given by `digits`, None as a dash."""

    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    digits: int = 3


@dataclass(frozen=True)
class Charts:
    """Figures side by side (one or two), with a caption."""

    figures: Sequence[go.Figure]
    caption: str


@dataclass(frozen=True)
class Values:
    """Settings or provenance, shown as indented JSON."""

    value: Any


Block = Heading | Words | Table | Charts | Values


def html_report(title: str, blocks: Sequence[Block]) -> bytes:
    """Return the report as UTF-8 HTML. All texts are escaped; it opens without a network."""
    from plotly.offline import get_plotlyjs

    parts, count = [], 0
    for block in blocks:
        parts.append(_block(block, count))
        count += len(block.figures) if isinstance(block, Charts) else 0
    script = get_plotlyjs().replace("</script", "<\\/script")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><style>{_STYLE}</style>'
        f"<script>{script}</script></head><body><h1>{html.escape(title)}</h1>{''.join(parts)}</body></html>"
    ).encode()


def _block(block: Block, number: int) -> str:
    match block:
        case Heading(text):
            return f"<h2>{html.escape(text)}</h2>"
        case Words(text):
            return f"<p>{html.escape(text)}</p>"
        case Table(columns, rows, digits):
            head = "".join(f"<th>{html.escape(str(name))}</th>" for name in columns)
            body = "".join(f"<tr>{''.join(_cell(value, digits) for value in row)}</tr>" for row in rows)
            return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        case Charts(figures, caption):
            drawn = "".join(_figure(chart, number + i) for i, chart in enumerate(figures))
            kind = ' class="two"' if len(figures) > 1 else ""
            return f"<figure><div{kind}>{drawn}</div><figcaption>{html.escape(caption)}</figcaption></figure>"
        case Values(value):
            return f"<pre>{html.escape(json.dumps(value, indent=2, ensure_ascii=False, default=str))}</pre>"


def _cell(value: object, digits: int) -> str:
    if value is None or value != value:  # NaN
        return '<td class="n">–</td>'
    if isinstance(value, bool):
        return f"<td>{'yes' if value else 'no'}</td>"
    if isinstance(value, int):
        return f'<td class="n">{value:,}</td>'
    if isinstance(value, float):
        return f'<td class="n">{value:.{digits}f}</td>'
    return f"<td>{html.escape(str(value))}</td>"


def _figure(chart: go.Figure, number: int) -> str:
    # In a script "<" could end it or open a comment.
    data = str(chart.to_json()).replace("<", "\\u003c")
    options = '{"displaylogo":false,"responsive":true,"showLink":false}'
    return (
        f'<div id="figure{number}"></div>'
        f"<script>{{const f={data};Plotly.newPlot('figure{number}',f.data,f.layout,{options})}}</script>"
    )
