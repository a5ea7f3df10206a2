"""llama.cpp's own server, as the package xllamacpp brings it, for `benchmarks.peers`. Prints its address.

Usage: python -m benchmarks.llama_server MODEL THREADS [PORT]
"""

from __future__ import annotations

import sys
import time

import xllamacpp


def main() -> None:
    """Serve until the input ends."""
    model, threads, *port = sys.argv[1:]
    params = xllamacpp.CommonParams()
    params.model.path = model
    params.n_ctx = 4096
    params.n_parallel = 1
    params.port = int(port[0]) if port else 0
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = int(threads)
    server = xllamacpp.Server(params)
    while not server.listening_address:
        time.sleep(0.05)
    print(server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
