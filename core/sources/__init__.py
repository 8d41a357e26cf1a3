"""Laps from and for elsewhere: files that other programs write and read."""
