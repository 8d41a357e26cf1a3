"""How the tables came to be, and how a database is brought to them."""
