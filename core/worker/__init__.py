"""A process beside the bot that does one costly or risky thing at a time.

The bot's side is :mod:`core.worker.asking`, the process's own is :mod:`core.worker.serving`: it
loads nothing but what its work needs.
"""
