"""How people get at the world: what they do at a Discord client, and what they get to see."""
