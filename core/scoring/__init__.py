"""What a run is worth: pure functions on whole milliseconds, no I/O."""
