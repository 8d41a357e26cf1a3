"""What can stand in the way of a migration, each with one plain sentence and never a password."""

from __future__ import annotations


class MigrationError(Exception):
    """The database was not changed; the text says why and what to do."""


class DatabaseTooNew(MigrationError):
    """The database stands at a revision that this program does not know."""


class DatabaseUnreachable(MigrationError):
    """The file or the server cannot be opened."""


class BackupNotPossible(MigrationError):
    """The program cannot copy this database; the text has the line that can."""


class RestoreRefused(MigrationError):
    """The copy is not put back."""
