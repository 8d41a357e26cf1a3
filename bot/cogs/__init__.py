"""The slash commands: one file a command; a handler is one call, one render, one reply."""
