"""What a process, a database and Discord carry: ``make scale`` writes ``docs/scaling.md``."""
