"""How a writer likes the program: what can be set, and the file that it is set in."""
