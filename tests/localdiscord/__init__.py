"""Tests of the local Discord.

discord.py imports ``audioop``, which Python 3.11 announces to be leaving. That is about nothing
here, so the library is loaded before a warning counts as an error.
"""

from __future__ import annotations

import importlib
import warnings

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", "'audioop'", DeprecationWarning)
    importlib.import_module("discord")
