"""ME_AI: a Markdown editor with a local language model, for people who write newsletters."""

__version__ = "0.1.0"
