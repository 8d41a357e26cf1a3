"""A weekend of two classes, ten racers and three sessions, with the mistakes that people make."""
