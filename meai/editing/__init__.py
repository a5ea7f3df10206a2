"""What a writer asks for, to requests, to checked proposals. Knows nothing of sockets or of llama.cpp."""
