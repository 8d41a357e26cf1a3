"""What `make run` and `make demo` put on: the bot, a real heat, a sample event, and a prompt."""
