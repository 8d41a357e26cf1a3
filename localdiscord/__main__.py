"""``python -m localdiscord``: the bot, a Discord to run it in, and a prompt to type at."""

import asyncio
import sys

from localdiscord.play import run

if __name__ == "__main__":
    sys.exit(asyncio.run(run()))
