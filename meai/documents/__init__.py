"""Plain files, never lost. Knows nothing of HTTP, Markdown rendering or models."""
