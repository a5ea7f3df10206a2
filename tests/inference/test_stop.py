"""Who hears that something shall end, and when."""

from __future__ import annotations

import threading

from meai.inference.stop import Stop, told


def test_whoever_listens_is_told_at_once() -> None:
    stop, heard = Stop(), list[str]()
    with told(stop, lambda: heard.append("one")), told(stop, lambda: heard.append("two")):
        assert heard == []
        stop.set()
        assert heard == ["one", "two"]
        assert stop.is_set()


def test_whoever_comes_late_is_told_as_well_and_whoever_left_is_not() -> None:
    stop, heard = Stop(), list[str]()
    with told(stop, lambda: heard.append("left")):
        pass
    stop.set()
    with told(stop, lambda: heard.append("late")):
        assert heard == ["late"]


def test_an_event_that_tells_nobody_is_looked_at_instead() -> None:
    event, heard = threading.Event(), list[str]()
    with told(event, lambda: heard.append("never")):
        event.set()
    assert heard == []
