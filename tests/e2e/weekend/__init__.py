"""A weekend of two classes, ten racers and two sessions, with the mistakes that people make."""
