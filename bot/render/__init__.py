"""Results in, what Discord shows out: pure functions, no I/O and no calls to Discord."""
