"""``python -m localdiscord``: the bot, a Discord to run it in, its page, and a prompt to type at.

With ``--demo`` it plays into a database that goes afterwards, and lets nobody type. With ``serve``
there is no bot in it but whichever comes from elsewhere: ``python -m localdiscord serve --help``.
"""

from __future__ import annotations

import asyncio
import sys

from localdiscord.page.alone import serve
from localdiscord.play.running import main

if __name__ == "__main__":
    given = sys.argv[1:]
    coming = serve(given[1:]) if given[:1] == ["serve"] else main(given)
    sys.exit(asyncio.run(coming))
