"""What the bot costs, measured through the real thing: ``make bench``.

Every figure that is judged is a ratio of two things measured in turn in one run, or says why it is
none. ``plan`` lists what is measured, ``project`` is the only file that knows the core's insides.
Nothing imports this package.
"""
