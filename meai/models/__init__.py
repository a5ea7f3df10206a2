"""Which model files there are and how to get one. Knows nothing of running them."""
