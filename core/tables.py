"""All tables, of whichever file: whoever compares them with a database takes them from here."""

from __future__ import annotations

from typing import Final

from core import data_models, follow_models
from core.models import Base

# Their tables are known as soon as they are loaded.
LOADED: Final = (data_models, follow_models)
ALL_TABLES: Final = Base.metadata
