"""A race day that is played to the bot and written down, to the character."""
