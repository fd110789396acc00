"""The settings of an experiment as text: they live in the view, so that a link brings them back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bioviz.experiments.settings import NoiseSettings, ShiftSettings
from bioviz.runs import query
from bioviz.ui.app import notices
from bioviz.ui.view import set_view, view


def remembered(name: str, parsers: Mapping[str, query.Parser], usual: Mapping[str, Any]) -> dict[str, Any]:
    """Read settings kept as JSON in a field of the view; a link is user input: what cannot be used is said.

    Parameters
    ----------
    parsers
        Of the settings that are one value; others are returned as they are.
    usual
        What stands in for a setting that cannot be used.

    """
    settings: dict[str, Any] = json.loads(getattr(view(), name) or "{}")  # the view holds JSON objects alone
    single = {key: query.as_text(value) for key, value in settings.items() if key in parsers}
    values, sentences = query.read(single, parsers, {key: usual[key] for key in parsers})
    for sentence in sentences:
        notices.say(sentence.replace("The link's ", f"The link's {name} setting "))
    for key in settings:
        if key not in usual:
            notices.say(f"The link's {name} setting “{key[:40]}” is not known. It is left out.")
    return {**{key: value for key, value in settings.items() if key in usual}, **values}


def remember(name: str, values: Mapping[str, Any], usual: Mapping[str, Any]) -> None:
    """Keep what differs from the usual values."""
    set_view(**{name: _text(values, usual)})


def as_text(settings: NoiseSettings | ShiftSettings, models: Sequence[str] = ()) -> str:
    """Return what the view holds for an experiment.

    Parameters
    ----------
    settings
        Those of the experiment.
    models
        "model:checkpoint" of each model beside the first; noise experiments alone have them.
    """
    more = {"models": list(models)} if isinstance(settings, NoiseSettings) else {}
    usual = {**type(settings)().to_dict(), **({"models": []} if more else {})}
    return _text({**settings.to_dict(), **more}, usual)


def _text(values: Mapping[str, Any], usual: Mapping[str, Any]) -> str:
    changed = {key: value for key, value in values.items() if value != usual.get(key)}
    return json.dumps(changed, separators=(",", ":")) if changed else ""
