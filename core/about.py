"""What the program calls itself."""

from __future__ import annotations

from typing import Final

# The same as in pyproject.toml: without being installed the program knows no other.
VERSION: Final = "0.1.0"
