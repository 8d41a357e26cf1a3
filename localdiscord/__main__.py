"""``python -m localdiscord``: the bot, a Discord to run it in, and a prompt to type at.

With ``--demo`` it plays into a database that goes afterwards, and lets nobody type.
"""

import asyncio
import sys

from localdiscord.play.running import main

if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
