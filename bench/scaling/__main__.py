"""``python -m bench.scaling``: play the Saturday with few teams and many, and write the page."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from bench.machine import PROCESSOR
from bench.results import Results
from bench.scaling.carrying import carry
from bench.scaling.figures import figures_of
from bench.scaling.page import page
from bench.trouble import Trouble

MEASURED: Final = Path("data") / "bench" / "whole.json"
PAGE: Final = Path("docs") / "scaling.md"
SIZES: Final = ((1, "SQLite"), (100, "SQLite"), (3_000, "PostgreSQL"), (100_000, "PostgreSQL"))
"""How many teams, and the database that so many would be on."""


def main() -> None:
    """Write the page; exits with a sentence where nothing was measured yet."""
    try:
        results = Results.load(MEASURED)
        figures = {database: figures_of(results, database) for _, database in SIZES}
    except FileNotFoundError:
        sys.exit("There are no figures yet: make bench measures them, in 20 minutes.")
    except Trouble as trouble:
        sys.exit(f"{trouble}.")
    loads = []
    for teams, database in SIZES:
        print(f"{teams:,} teams …", flush=True)
        loads.append((figures[database], carry(teams, figures[database])))
    PAGE.write_text(page(loads, results.machine[PROCESSOR]), encoding="utf-8")
    print(f"Written to {PAGE}.")


if __name__ == "__main__":
    main()
