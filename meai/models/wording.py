"""Models in words for a terminal. Pure text: what is known comes as a card."""

from __future__ import annotations

from meai.models.catalogue import megabytes
from meai.models.shelf import Card

_FITS = {
    "fits": "fits this machine",
    "tight": "tight on this machine",
    "too-large": "too large for this machine",
    "unknown": "memory of this machine unknown",
}
_WHERE = {
    "here": "",
    "named": "",
    "elsewhere": "kept by {origin}; take it with: meai models use {name}",
    "begun": "{percent} % here; go on with: meai models pull {name}",
    "to-fetch": "not here yet: meai models pull {name}",
}


def line(card: Card, *, in_use: bool) -> str:
    """Return *card* in one line."""
    where = _WHERE[card.where].format(origin=card.origin, name=card.name, percent=100 * card.done // max(card.size, 1))
    parts = [
        f"{card.name}{' (in use)' if in_use else ''}",
        megabytes(card.size),
        card.licence or "your own",
        "" if card.fit == "fits" else _FITS[card.fit],
        speed(card),
        where or card.path,
    ]
    return "  ".join(part for part in parts if part)


def speed(card: Card) -> str:
    """Return how fast the model of *card* is, in words; nothing where that is not known."""
    if card.writes_per_s is None:
        return ""
    return (
        f"{'' if card.measured else 'about '}{card.writes_per_s:.0f} tokens/s{'' if card.measured else ' (estimated)'}"
    )


def corrections(card: Card) -> str:
    """Return how well the model of *card* corrects, in words; nothing where that was not measured."""
    if card.quality is None:
        return ""
    right, found = round(100 * card.quality.precision), round(100 * card.quality.recall)
    return f"corrects {found} of 100 mistakes, and {right} of 100 corrections are right"


def description(card: Card) -> str:
    """Return all that is known of *card*, a line for each thing."""
    rows = {
        "model": card.label if card.label == card.name else f"{card.label} ({card.name})",
        "file": card.path or f"not on this machine; comes from {card.origin}",
        "size": f"{megabytes(card.size)} ({card.size:,} bytes)",
        "licence": " ".join(part for part in (card.licence, card.licence_url) if part)
        or "not stated; ask whoever made it",
        "sha256": card.sha256 or "learnt at the first download and held to from then on",
        "context": f"{card.context_length:,} tokens" if card.context_length else "unknown until it is here",
        "languages": ", ".join(card.languages),
        "memory": f"{megabytes(card.memory)} when it is loaded; {_FITS[card.fit]}",
        "speed": f"writes {speed(card)}" if card.writes_per_s is not None else "not measured yet",
        "good at": card.good_at,
        "fit for": ", ".join(card.actions) and f"{', '.join(card.actions)}{'' if card.quality else ' (by its size)'}",
        "measured": corrections(card),
        "note": card.note,
    }
    return "\n".join(f"{name:<10} {said}" for name, said in rows.items() if said)
