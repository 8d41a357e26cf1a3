"""What services return: frozen dataclasses, never rows of a table.

Each is imported from its own file. Lap times are whole milliseconds unless a name says seconds;
moments are in UTC.
"""
