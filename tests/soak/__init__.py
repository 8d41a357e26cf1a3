"""A race day at ten times its speed with all trouble at once: ``make weekend``.

The day itself is no test; tests try what it counts with.
"""
