"""What Discord lays down: the words of the wire, permissions, limits and its own API document."""
