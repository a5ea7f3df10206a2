"""Tokens in, tokens out: one worker process owns the model. Knows nothing of documents or Markdown."""
