"""Text to blocks to safe HTML. Knows nothing of files, sockets or models."""
