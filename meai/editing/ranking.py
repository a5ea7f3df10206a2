"""A sentence with its slips corrected: rules and word lists say what may stand, a model's ear says what does.

Nothing is written that was not a candidate, so nothing can be invented. Pure: it is given what scores texts.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from meai.editing.confusions import FORMS, REGULARISED, SLIPS, SOUND_ALIKE, WORD
from meai.editing.language import other_spelling
from meai.editing.problems import Problem
from meai.editing.protect import spans
from meai.editing.spelling import farthest, frequent_words, in_case_of, is_name, neighbours, parted, slips
from meai.editing.technical import technical_ranges

Score = Callable[[str, Sequence[str]], Sequence[float]]
"""How probable each continuation of a text is, as natural logarithms."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What a candidate has to overcome, in nats: the logarithm of how much likelier it must make its sentence."""

    misspelled: float = -4.0
    """For a word that no dictionary has: that is a reason of its own to take another."""
    slip: float = 5.0
    """For each slip that the writer would have made."""
    rule: float = 1.5
    """For what a rule of grammar objects to."""
    sure: float = -3.0
    """For what is hardly ever right."""
    apostrophe: float = -14.0
    """For a short form of which only the apostrophe is missing: so many leave it out that a model likes it better."""
    sound: float = 4.0
    """For a word that sounds alike."""
    form: float = 4.0
    """For another form of a word."""
    key: float = 6.0
    """For a word that differs by a key."""
    whole: float = 4.0
    """For two words written as one."""
    ahead: int = 45
    """Characters after a place that take part in judging it."""
    behind: int = 240
    """Characters before its sentence that do."""


@dataclass(slots=True)
class Doubt:
    """A place that may be wrong, and what may stand there instead, each with what it has to overcome."""

    start: int
    end: int
    candidates: dict[str, float] = field(default_factory=dict)
    wrong: bool = False
    """Whether what stands there is no word."""

    @property
    def likeliest(self) -> str:
        """The candidate with the least to overcome."""
        return min(self.candidates, key=self.candidates.__getitem__)


MOST_TOGETHER = 3
"""Places that touch and are judged as one."""
MOST_VARIANTS = 16
"""Ways of one group that are compared."""
_SURE_KINDS = frozenset(["Spelling", "Typo", "BoundaryError", "Repetition"])
_SURE_RULES = frozenset(["ModalOf", "CapitalizePersonalPronouns"])
_UNSURE_RULES = frozenset(["ThatThan"])
"""Among the sure kinds: it takes `the exporter that writes` for a comparison."""


def corrected(
    text: str,
    problems: Iterable[Problem],
    before: str,
    score: Score,
    known: Callable[[str], bool],
    weights: Weights,
) -> str:
    """Return *text*, a sentence, with those candidates that make it clearly more probable after *before*.

    *known* tells the words that are the writer's own. What is protected, and where lines end, stays as it is.
    """
    doubts = doubts_of(text, problems, known, weights)
    # It begins at one place for the whole sentence, so that what a model has read of it stays read.
    context = _plain(before[-2 * weights.behind :])[-weights.behind :]
    done, at = "", 0
    for group in _groups(doubts, text):
        done += text[at : group[0].start]
        at = group[-1].end
        after = _ahead(text, at, doubts, weights.ahead)
        done += _best(context + _plain(done), _ways(group, text), after, score)
    return done + text[at:]


def doubts_of(text: str, problems: Iterable[Problem], known: Callable[[str], bool], weights: Weights) -> list[Doubt]:
    """Return the places of *text* that may be wrong, in order and apart from one another."""
    left = [*((span.start, span.end) for span in spans(text)), *technical_ranges(text)]
    found = [*_of_problems(text, problems, known, weights), *_of_confusions(text, weights)]
    free = [
        doubt
        for doubt in found
        if doubt.candidates
        and "\n" not in text[doubt.start : doubt.end]
        and not any(start < doubt.end and doubt.start < end for start, end in left)
    ]
    return _apart(free, text)


def _of_problems(
    text: str, problems: Iterable[Problem], known: Callable[[str], bool], weights: Weights
) -> Iterator[Doubt]:
    for problem in problems:
        word = text[problem.start : problem.end]
        if problem.is_word:
            if not known(word) and not is_name(text, problem.start, word):
                yield _misspelled(problem, word, weights)
        elif problem.rule != "SentenceCapitalization" or _is_sentence(text, problem.start):
            sure = problem.rule in _SURE_RULES or (problem.kind in _SURE_KINDS and problem.rule not in _UNSURE_RULES)
            cost = weights.sure if sure else weights.rule
            candidates = {other: cost for other in problem.suggestions if other != word}
            yield Doubt(problem.start, problem.end, candidates)


def _misspelled(problem: Problem, word: str, weights: Weights) -> Doubt:
    others = dict.fromkeys((*problem.suggestions, *neighbours(word), *parted(word)))
    if any(other_spelling(word, other) or other_spelling(_owner(word), _owner(other)) for other in others):
        return Doubt(problem.start, problem.end)
    distance = {other: slips(other, word) for other in others if other != word}
    distance = {other: far for other, far in distance.items() if far <= farthest(word)}
    # Of two spellings of one word, that which is nearer to what the writer's side of the sea would write.
    for one, other in itertools.combinations(tuple(distance), 2):
        if other_spelling(one, other):
            distance.pop(max(one, other, key=lambda each: distance.get(each, 0.0)), None)
    candidates = {other: weights.misspelled + weights.slip * far for other, far in distance.items()}
    candidates |= {other: weights.apostrophe for other in candidates if _is_short_form(other, word)}
    return Doubt(problem.start, problem.end, candidates, wrong=True)


_SHORT_FORM = re.compile(r"(?i)[a-z]+(?:n't|'(?:d|ll|m|re|ve))")


def _is_short_form(other: str, word: str) -> bool:
    """Whether *other* is *word* with the apostrophe of its short form."""
    plain = other.replace("’", "'")
    return _SHORT_FORM.fullmatch(plain) is not None and plain.replace("'", "").lower() == word.lower()


def _owner(word: str) -> str:
    """Return *word* without the `'s` of what is somebody's; a dictionary may have it only as several."""
    return re.sub(r"['’]?s$", "", word)


def _is_sentence(text: str, start: int) -> bool:
    """Whether what begins at *start* is a sentence and no list item, also of a list in a line, nor a heading."""
    if _COUNTED.search(text, 0, start):
        return False
    return start > 0 or (text.rstrip()[-1:] in ".!?" and text.count(" ") >= 3)


_COUNTED = re.compile(r"(?<!\w)\d{1,3}[.)]\s+$")


def _of_confusions(text: str, weights: Weights) -> Iterator[Doubt]:

    tables = ((SOUND_ALIKE, weights.sound), (FORMS, weights.form), (SLIPS, weights.key), (REGULARISED, weights.rule))
    for match in WORD.finditer(text):
        word = match.group().replace("’", "'")
        if text[match.start() - 1 : match.start()] in ("-", "'", "’") or text[match.end() : match.end() + 1] == "-":
            continue
        candidates: dict[str, float] = {}
        verb = word.lower() in _OWNING and _BEFORE_NO_NOUN.match(text, match.end())
        for table, weight in tables:
            for other in table.get(word.lower(), ()):
                sure = verb and "'" in other
                candidates.setdefault(in_case_of(word, other), weights.sure if sure else weight)
        if candidates:
            yield Doubt(match.start(), match.end(), candidates)
    for match in _PAIR.finditer(text):
        whole = "".join(match.groups())
        if whole.lower() in frequent_words() and not _is_verb_and_particle(*match.groups()):
            yield Doubt(match.start(1), match.end(2), {whole: weights.whole})


_OWNING = frozenset(["its", "their", "whose", "your"])
_BEFORE_NO_NOUN = re.compile(r" (?:[a-z]+ly )?(?:a|an|the|not)(?![\w'’-])")
"""Nothing that is somebody's goes on like this: `its really a` and `your the` are verbs."""
_PAIR = re.compile(r"(?<![^\s(\[\"“])([^\W\d_]+) (?=([a-z]+)(?![\w'’-]))")
_PARTICLES = frozenset(["around", "away", "back", "by", "down", "in", "off", "on", "out", "over", "through", "up"])
_NO_VERBS = frozenset(["here", "near", "there", "through", "where", "with"])


def _is_verb_and_particle(first: str, second: str) -> bool:
    """Whether the two may be a verb and its particle: `a clock set back` is right beside `a setback`."""
    return second in _PARTICLES and first.lower() not in _NO_VERBS


def _apart(doubts: list[Doubt], text: str) -> list[Doubt]:
    """Return *doubts* in order, those that overlap made one."""
    merged: list[Doubt] = []
    for doubt in sorted(doubts, key=lambda one: (one.start, one.end)):
        if merged and doubt.start < merged[-1].end:
            merged[-1] = _joined(merged[-1], doubt, text)
        else:
            merged.append(doubt)
    return merged


def _joined(one: Doubt, other: Doubt, text: str) -> Doubt:
    start, end = min(one.start, other.start), max(one.end, other.end)
    candidates: dict[str, float] = {}
    for doubt in (one, other):
        for words, cost in doubt.candidates.items():
            whole = text[start : doubt.start] + words + text[doubt.end : end]
            candidates[whole] = min(cost, candidates.get(whole, cost))
    return Doubt(start, end, candidates, one.wrong or other.wrong)


def _groups(doubts: list[Doubt], text: str) -> Iterator[list[Doubt]]:
    """Yield *doubts*, those that touch together."""
    group: list[Doubt] = []
    for doubt in doubts:
        if group and (len(group) == MOST_TOGETHER or text[group[-1].end : doubt.start] != " "):
            yield group
            group = []
        group.append(doubt)
    if group:
        yield group


def _ways(group: list[Doubt], text: str) -> dict[str, float]:
    """Return what may stand for *group*, the original among it, with what each has to overcome."""
    choices = [{text[doubt.start : doubt.end]: 0.0} | doubt.candidates for doubt in group]
    while _product(choices) > MOST_VARIANTS:
        # The dearest, and of several the last: what is likelier stands first, and the original before all.
        options = [(cost, at, words) for at, choice in enumerate(choices) for words, cost in [*choice.items()][1:]]
        _, at, words = max(reversed(options), key=lambda option: option[0])
        del choices[at][words]
    gaps = [text[one.end : other.start] for one, other in itertools.pairwise(group)] + [""]
    ways: dict[str, float] = {}
    for combination in itertools.product(*(choice.items() for choice in choices)):
        words = "".join(word + gap for (word, _), gap in zip(combination, gaps, strict=True))
        ways.setdefault(words, sum(cost for _, cost in combination))
    return ways


def _product(choices: Sequence[dict[str, float]]) -> int:
    count = 1
    for choice in choices:
        count *= len(choice)
    return count


def _ahead(text: str, at: int, doubts: Sequence[Doubt], length: int) -> str:
    """Return about *length* characters of *text* from *at*, what is no word there replaced by the likeliest one."""
    ahead, end = "", at
    for doubt in doubts:
        if doubt.start >= at and doubt.wrong and doubt.start < at + length:
            ahead += text[end : doubt.start] + doubt.likeliest
            end = doubt.end
    ahead = _plain(ahead + text[end:])
    if len(ahead) <= length:
        return ahead
    cut = ahead.find(" ", length)
    return ahead if cut < 0 else ahead[:cut]


_MARKUP = re.compile(r"\]\([^()\s]*\)|!?\[\^?|\]|\*\*|__|(?<!\w)[*_]|[*_](?!\w)")


def _plain(text: str) -> str:
    """Return *text* without the marks of links and emphasis, which a model takes for words."""
    return _MARKUP.sub("", text)


def _best(before: str, ways: dict[str, float], after: str, score: Score) -> str:
    words = before.rstrip(" ")
    blank = before[len(words) :]
    scores = score(words or "\n", [blank + way + after for way in ways])
    ranked = sorted(zip(ways, scores, strict=True), key=lambda pair: pair[1] - ways[pair[0]])
    return ranked[-1][0]
