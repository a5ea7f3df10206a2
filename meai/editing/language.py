"""Whether a text is English, and whose. Pure: a guess by the small words that every sentence needs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from meai.editing.problems import Dialect

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# No word stands in two lines, so that each speaks for one language; words of one letter speak for none.
_SMALL_WORDS = {
    "english": "the and of to that it is was for with you this have are be not but they from my we had has your there "
    "which would their what about if will can how been who when them more our these than its into some your were his",
    "german": "der die das und ist nicht ein eine ich wir sie es den dem mit für auf auch sich von zu haben wird aber",
    "french": "le les et est une pour dans que qui pas sur avec nous vous je il elle du des ce cette sont plus mais",
    "spanish": "el los las y una por con para pero como más su está lo se al muy son también hay ser yo del",
    "italian": "il gli che di è per non una sono della con anche più questo nel ma come alla delle si",
    "portuguese": "o os um uma não para com mais foi na no ao dos ele ela você são mas muito pelo",
    "dutch": "het een van en niet dat op te voor met zijn er maar om ook aan bij wordt naar ik",
    "turkish": "bir ve bu için çok daha gibi olarak ile ama var değil ben kadar sonra olan ne",
    "polish": "nie się jest na że do jak ale tak czy przez tylko po już być",
    "swedish": "och att det som är inte på jag av för med den har till ett om",
}
_LANGUAGE_OF = {word: language for language, words in _SMALL_WORDS.items() for word in words.split()}
LEAST_VOTES = 2
"""Small words of one language that tell it."""
LEAST_SHARE = 0.1
"""Of the words of an English text, this many at least are small words of English."""
FEW_WORDS = 6
"""A text shorter than this may have no small word at all."""

_BRITISH = re.compile(
    r"\b(?:(?:col|fav|hon|neighb|lab|behavi|flav|hum|rum|harb)our\w*|\w+(?:is(?:e|ed|ing|ation)|ys(?:e|ed|ing))s?"
    r"|cent(?:re|res|red)|theat(?:re|res)|metres?|litres?|travell\w+|cancell(?:ed|ing)|grey|cheques?|catalogues?"
    r"|programmes?|defence|licence|whilst|learnt)\b",
    re.IGNORECASE,
)
_AMERICAN = re.compile(
    r"\b(?:(?:col|fav|hon|neighb|lab|behavi|flav|hum|rum|harb)or\w*|\w+(?:iz(?:e|ed|ing|ation)|yz(?:e|ed|ing))s?"
    r"|centers?|centered|theaters?|meters?|liters?|traveled|traveling|traveler\w*|canceled|canceling|gray|catalogs?"
    r"|programs?|defense|license)\b",
    re.IGNORECASE,
)
_NAMED = re.compile(r"---\n(?:(?!---|\.\.\.).*\n){0,100}?lang(?:uage)?:[ \t]*[\"']?en[-_]([a-z]{2})\b", re.IGNORECASE)
_DIALECTS: dict[str, Dialect] = {
    "us": "american",
    "gb": "british",
    "au": "australian",
    "ca": "canadian",
    "in": "indian",
}
# Spelled so on both sides of the sea.
_COMMON = re.compile(
    r"(?:exerc|superv|surpr|advert|disgu|comprom|rev|adv|dev|desp|r|w|prom|prec|conc|expert|pra|noi|rai|surm|franch"
    r"|merchand|televis|improv|prem|otherw|likew|clockw|prom|exc|dem|cru|bru|po)is\w+$|(?:s|pr|capsi|seiz)ize\w*$",
    re.IGNORECASE,
)


def is_english(text: str, around: str = "") -> bool:
    """Return whether *text* is English; where it is too short to tell, what stands *around* it decides."""
    words = _WORD.findall(text.casefold())
    votes = [_LANGUAGE_OF[word] for word in words if word in _LANGUAGE_OF]
    english = votes.count("english")
    if any(votes.count(other) > english for other in set(votes)):
        return False
    if len(words) < FEW_WORDS and not english:
        return is_english(around) if around else text.isascii()
    return english >= LEAST_SHARE * len(words)


def language_of(text: str) -> str:
    """Return which language *text* is in, in English and lower case; empty where its small words do not tell."""
    votes = Counter(_LANGUAGE_OF[word] for word in _WORD.findall(text.casefold()) if word in _LANGUAGE_OF)
    (first, most), (_, next_most) = (*votes.most_common(2), ("", 0), ("", 0))[:2]
    return first if most >= LEAST_VOTES and most > next_most else ""


def named_dialect(text: str) -> Dialect | None:
    """Return whose English *text* is by its front matter's `lang: en-GB`; None where that does not say it."""
    named = _NAMED.match(text)
    return _DIALECTS.get(named[1].lower()) if named else None


def dialect_for(text: str, chosen: str) -> str:
    """Return whose English *text* is to be checked as: its front matter's, else what was *chosen* for it.

    Empty, as for `auto`: as it is written.
    """
    return named_dialect(text) or ("" if chosen == "auto" else chosen)


def dialect_of(text: str) -> Dialect:
    """Return whose English *text* is, by its front matter, else by its spelling. American where neither shows it."""
    if named := named_dialect(text):
        return named
    british, american = _count(_BRITISH.findall(text)), _count(_AMERICAN.findall(text))
    return "british" if british > american else "american"


def other_spelling(word: str, other: str) -> bool:
    """Return whether *word* and *other* are one word, spelled as on one side of the sea and as on the other."""
    return word != other and _neutral(word) == _neutral(other)


def _count(words: Iterable[str]) -> int:
    return sum(_COMMON.match(word) is None for word in words)


def _neutral(word: str) -> str:
    text = word.casefold()
    for pattern, neutral in _NEUTRAL:
        text = pattern.sub(neutral, text)
    return text


_NEUTRAL = (
    (re.compile(r"our(?=$|s$|e|i|a|f|l|h|b|y)"), "or"),
    (re.compile(r"is(?=(?:e|ed|er|ers|es|ing|ation|ations)$)"), "iz"),
    (re.compile(r"ys(?=(?:e|ed|er|ers|es|ing)$)"), "yz"),
    (re.compile(r"(?<=t|b)re(?=$|s$|d$)"), "er"),
    (re.compile(r"(?<=[aeiou]l)l(?=(?:ed|ing|er|ers)$)"), ""),
    (re.compile(r"ence(?=$|s$)"), "ense"),
    (re.compile(r"ogue(?=$|s$)"), "og"),
    (re.compile(r"amme(?=$|s$)"), "am"),
    (re.compile(r"grey"), "gray"),
)
