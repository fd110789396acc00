"""The causes of confusion: every file of this folder that registers one, and whatever is registered from elsewhere."""

from __future__ import annotations

import importlib
import pkgutil

from bioviz import plugins
from bioviz.analysis.diagnosis.causes.registry import Cause, Sign, register, registered, unregister

__all__ = ["Cause", "Sign", "register", "registered", "unregister"]

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
plugins.modules("bioviz.causes")  # each registers its own on import
