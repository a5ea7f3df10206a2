"""Which names a reader could take for one another, though no system does. Touches nothing.

Not every pair that Unicode calls confusable: only what is drawn alike in the usual typefaces, so that no writer of
another script is kept from a name of his own.
"""

from __future__ import annotations

import re
import unicodedata

# What has no width, or chooses between two pictures of one sign.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff"
    "\U000e0000-\U000e0fff]"
)
_DRAWN_ALIKE = str.maketrans(
    "АВЕЅІЈКМНОРСТХҮаеѕіјорсухһԁԛԝӏΑΒΕΖΗΙΚΜΝΟΡΤΥΧοϲϳօՕ‐‑‒–—―−‘’‚‛′“”„‟″",
    "ABESIJKMHOPCTXYaesijopcyxhdqwlABEZHIKMNOPTYXocjoO-------'''''\"\"\"\"\"",
)


def drawn(name: str) -> str:
    """Return the same for all names that look the same, capital or small."""
    composed = unicodedata.normalize("NFKC", _UNSEEN.sub("", name))
    return unicodedata.normalize("NFC", composed.translate(_DRAWN_ALIKE).casefold())
