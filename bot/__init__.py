"""What talks to Discord: no SQL, no rules."""
