"""What a command did that may have asked something first."""

from __future__ import annotations

from core.results.heat import HeatFinished, HeatRenamed, HeatStarted
from core.results.question import LeftAlone
from core.results.run_written import RunWritten
from core.results.session import SessionClosed

Done = RunWritten | HeatStarted | HeatFinished | HeatRenamed | SessionClosed | LeftAlone
