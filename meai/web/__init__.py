"""HTTP, JSON and sockets to calls. The only rooms that know Flask."""
