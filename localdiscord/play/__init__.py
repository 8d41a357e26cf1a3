"""What `make run` and `make demo` put on: the bot, a real heat, and a prompt to type at."""
