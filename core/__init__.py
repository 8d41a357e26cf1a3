"""What the bot knows: ORP, lap times, race day. No Discord in here."""
