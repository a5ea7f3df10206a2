"""What `meai bench` measures: the engine at a writer's work, against a raw loop of llama.cpp in the same run."""
