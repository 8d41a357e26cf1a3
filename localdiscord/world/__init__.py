"""What exists in this Discord: servers, people, channels, messages, and what can happen to them."""
