"""Where the browser is that the page is tested in, and what is said where there is none."""

from __future__ import annotations

import shutil
from typing import Final

LEFT_OUT: Final = (
    "The page was not tested in a browser: there is no Chromium. Get it with"
    " `apt-get install chromium` and run the tests again."
)


def chromium() -> str | None:
    """Where Debian's Chromium is; None where it is not installed."""
    return shutil.which("chromium")
