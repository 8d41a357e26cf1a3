"""A race day at ten times its speed with all trouble at once: ``make weekend``, no test."""
