"""How good suggestions are, by paragraphs with known mistakes."""
