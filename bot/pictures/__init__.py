"""Results in, PNG pictures out.

Only these modules import matplotlib, and only a process for drawing imports these modules: the
bot's own process never pays for it. Importing this package alone loads nothing.
"""
