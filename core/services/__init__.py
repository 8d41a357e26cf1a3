"""What the bot can do, one method an act and one transaction a call."""
