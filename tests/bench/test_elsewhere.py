"""What `meai bench --engine` tells of a server: figures for one writer and for several, asked of what answers there."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.inference.faulty import faulty_server, models, streamed


def test_a_server_is_measured_as_writers_meet_it() -> None:
    with faulty_server() as server:
        server.scripts["/v1/models"] = lambda asked: models("toy-8b")
        server.chats(streamed(*(f"word{number} " for number in range(40))))
        command = [sys.executable, "-m", "meai", "bench", "--json", "--engine", server.url]
        result = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
        chats = len(server.to("/v1/chat/completions"))
    assert result.returncode == 0, result.stderr
    told = json.loads(result.stdout)
    assert told["model"] == "toy-8b"
    assert told["engine"] in server.url
    assert told["figures"]["first_word_ms_8"]["runs"] == 40
    assert told["first_word_ms_1"] > 0
    assert told["cancel_ms"] < 100
    assert "compare_ms" not in told
    assert chats > 5 * (1 + 4 + 8)
    assert "goes to another program on this machine" in result.stderr
