"""Text from elsewhere (HTML, Word, newsletters' exports) to clean Markdown. Knows nothing of the workspace."""
