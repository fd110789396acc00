"""What a key of Streamlit's session is: the only module that touches `session_state`. `state/` declares the keys."""

from __future__ import annotations

from typing import Generic, TypeVar

import streamlit as st

T = TypeVar("T")


class Element(str):
    """The name of something drawn; Python hears of it by what the call that draws it returns."""


class Key(Element, Generic[T]):
    """The name of a value in the session of one tab of a browser, such as a widget's, with the value's type.

    Parameters
    ----------
    name : str
        Of all keys its own.
    default : T
        What is read where nothing is held. All sessions share it, so it must not be mutable.
    """

    default: T

    def __new__(cls, name: str, default: T) -> Key[T]:
        key = super().__new__(cls, name)
        key.default = default
        return key

    def get(self) -> T:
        """Return what is held, such as a widget's value; the default where nothing is, as before its first drawing."""
        return st.session_state.get(str(self), self.default)

    def set(self, value: T) -> None:
        """Hold a value; of a widget: in a callback, or before the widget is drawn."""
        st.session_state[str(self)] = value

    def pop(self) -> T:
        """Return what was held; nothing is afterwards."""
        return st.session_state.pop(str(self), self.default)


class Elements:
    """Names of things that are drawn once for each of several clips, labels, jobs ...

    Parameters
    ----------
    pattern : str
        The name, with ``{}`` where that goes which they are of.
    """

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    def __call__(self, *of: object) -> Element:
        return Element(self.pattern.format(*of))


class Keys(Generic[T]):
    """Keys of values that there is one of for each of several clips, labels, jobs ...; see `Elements` and `Key`."""

    def __init__(self, pattern: str, default: T) -> None:
        self.pattern = pattern
        self.default = default

    def __call__(self, *of: object) -> Key[T]:
        return Key(self.pattern.format(*of), self.default)
