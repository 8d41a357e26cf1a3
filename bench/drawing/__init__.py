"""What pictures cost: the loop that goes on meanwhile, the drawing, the process that draws.

They are drawn by the bot's own studio, on the loop of a process that does nothing else:
``python -m bench.drawing``.
"""
