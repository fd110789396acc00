"""Arguments made from a settings dataclass, so that page and command line have one list of options."""

from __future__ import annotations

import argparse
import inspect
import re
import types
import typing
from collections.abc import Collection
from dataclasses import MISSING, Field, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def add_settings(
    parser: argparse._ActionsContainer,
    settings: type[DataclassInstance],
    *,
    leave_out: Collection[str] = (),
    prefix: str = "",
) -> None:
    """Give `parser` one argument a field of a settings dataclass.

    An argument that is not given leaves the field at its default. The help is the field's own: `metadata["help"]`,
    else what the docstring of the class says under "Attributes".

    Parameters
    ----------
    parser : argparse.ArgumentParser or one of its groups
        Takes the arguments, `per_label` as `--per-label`.
    settings : type
        A dataclass whose fields are numbers, texts, switches or tuples of them.
    leave_out : collection of str
        Fields that have no argument.
    prefix : str
        Before the names of the arguments.
    """
    kinds, described = typing.get_type_hints(settings), _described(settings)
    for field in fields(settings):
        if field.name in leave_out:
            continue
        help = field.metadata.get("help") or described.get(field.name, "")
        if title := field.metadata.get("title"):
            help = f"{title}: {help[:1].lower()}{help[1:]}"
        name = f"--{prefix}{field.name.replace('_', '-')}"
        kind, is_list = _kind(kinds[field.name])
        options: dict[str, Any] = {"dest": _dest(prefix, field.name), "default": None}
        if kind is bool:
            options["action"] = argparse.BooleanOptionalAction
        elif "choices" in field.metadata:
            options["choices"] = field.metadata["choices"]
        else:
            options |= {"type": kind, "metavar": field.name.upper()}
        if is_list:
            options["nargs"] = "+"
        parser.add_argument(name, help=f"{help} ({_default(field)})".replace("%", "%%").strip(), **options)


def given_settings(
    options: argparse.Namespace, settings: type[DataclassInstance], prefix: str = ""
) -> dict[str, Any]:
    """Return the fields that were given on the command line, by name; lists as tuples."""
    values = {field.name: getattr(options, _dest(prefix, field.name), None) for field in fields(settings)}
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in values.items()
        if value is not None
    }


def _dest(prefix: str, name: str) -> str:
    return f"setting_{prefix}{name}".replace("-", "_")


def _kind(hint: Any) -> tuple[type, bool]:
    """(int, float, str or bool; whether several are given)."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        hint = next(part for part in typing.get_args(hint) if part is not type(None))
    if typing.get_origin(hint) is tuple:
        return _kind(typing.get_args(hint)[0])[0], True
    return (hint if hint in (int, float, bool) else str), False


def _default(field: Field) -> str:
    value = field.default_factory() if field.default_factory is not MISSING else field.default
    if isinstance(value, tuple):
        words = [f"{each:g}" if isinstance(each, float) else str(each) for each in value]
        return " ".join(f'"{word}"' if " " in word else word for word in words) or field.metadata.get(
            "empty", "all"
        )
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value == "":
        return "not set"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _described(settings: type) -> dict[str, str]:
    """Return what the docstring says of each attribute, as help begins: without a capital and a full stop."""
    _, _, section = (inspect.getdoc(settings) or "").partition("Attributes\n----------\n")
    described: dict[str, str] = {}
    names: list[str] = []
    for line in section.splitlines():
        if match := re.match(r"^(\w+(?:, \w+)*)(?: : .*)?$", line):
            names = match[1].split(", ")
            described |= dict.fromkeys(names, "")
        elif line.startswith(" ") and names:
            described |= {name: f"{described[name]} {line.strip()}".strip() for name in names}
        elif line.strip():
            names = []  # the next section
    return {
        name: re.sub(r"^[A-Z](?=[a-z ])", lambda m: m[0].lower(), text.rstrip("."))
        for name, text in described.items()
    }
