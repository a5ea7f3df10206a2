"""The words that each kind of model is asked with: examples, system prompts, instructions. Data only.

Models under 400 million parameters answer an instruction with apologies or small talk, but they do continue a list of
examples; so they get drafts and their corrections as plain text, without a chat. Larger ones follow an instruction.
A family that was trained on fixed system prompts is asked with those as well.
"""

from __future__ import annotations

from meai.editing.asking import Examples, Instruction, Prompt, SystemPrompt
from meai.inference.request import Sampling

_SPELLING = Examples(
    "Draft",
    "Corrected",
    (
        (
            "I recived you're letter yesterday, and I has read it twice.",
            "I received your letter yesterday, and I have read it twice.",
        ),
        (
            "In the begining, the garden was definately to small for so much plants.",
            "In the beginning, the garden was definitely too small for so many plants.",
        ),
        (
            "The report is finished, see [teh page][1], and [2] will be sent on Friday.",
            "The report is finished, see [the page][1], and [2] will be sent on Friday.",
        ),
        (
            "Their is alot of reasons to beleive that the the weather are changing.",
            "There are a lot of reasons to believe that the weather is changing.",
        ),
        (
            "He anser my question in thi  second paragraph, wich was realy helpfull.",
            "He answered my question in the second paragraph, which was really helpful.",
        ),
        (
            "If you like it, tell a friend; if you don't, tell me.",
            "If you like it, tell a friend; if you don't, tell me.",
        ),
    ),
)
_FLUENT = Examples(
    "Draft",
    "Better",
    (
        (
            "I have went to the market and have buyed there many apples for to make a cake.",
            "I went to the market and bought plenty of apples to make a cake.",
        ),
        (
            "The thing about [the new train][1] is that it is being very much faster than [2].",
            "[The new train][1] is much faster than [2].",
        ),
        (
            "In my opinion I think that we should to wait until the 3 May for deciding.",
            "I think we should wait until 3 May to decide.",
        ),
        (
            "The concert was wonderful, and everybody sang along.",
            "The concert was wonderful, and everybody sang along.",
        ),
    ),
)
_OTHER_WORDS = Examples(
    "Sentence",
    "In other words",
    (
        (
            "We postponed the meeting because too few people could come.",
            "Since hardly anyone could attend, we moved the meeting to a later date.",
        ),
        (
            "The city built 40 new bicycle stands near the station last year.",
            "Last year, 40 new bicycle stands were put up by the city close to the station.",
        ),
        (
            "I really like [this book][1], although the ending of [2] is a little slow.",
            "[This book][1] is a favourite of mine, even if [2] takes its time to end.",
        ),
        (
            "If you have questions, write to me and I will answer within a week.",
            "Write to me with any questions and you will hear back within a week.",
        ),
    ),
)
_SIMPLE = Examples(
    "Sentence",
    "In simple words",
    (
        (
            "The committee has resolved to postpone the commencement of the construction until further notice.",
            "The committee decided to start building later.",
        ),
        (
            "Prior to the utilisation of [the device][1], one ought to consult the manual.",
            "Before you use [the device][1], read the manual.",
        ),
        (
            "Numerous inhabitants have expressed their dissatisfaction with regard to the noise of 3 new roads.",
            "Many people here do not like the noise of 3 new roads.",
        ),
        (
            "Owing to adverse weather conditions, the festivities had to be relocated to the interior.",
            "The weather was bad, so the party had to move inside.",
        ),
    ),
)
# The fixed system prompts SmolLM2 was trained on for rewriting and summaries; others it answers with apologies.
_SMOLLM2 = "You're an AI assistant for text re-writing. Rewrite the input text to make it more "
_SMOLLM2_CONCISE = SystemPrompt(f"{_SMOLLM2}concise while preserving its core meaning.")
_SMOLLM2_FRIENDLY = SystemPrompt(f"{_SMOLLM2}friendly and approachable while maintaining its main points.")
_SMOLLM2_SUMMARY = SystemPrompt(
    "Provide a concise, objective summary of the input text in up to three sentences, focusing on key actions and "
    "intentions without using second or third person pronouns."
)


def _varied(first: str, second: str, growth: float = 1.0) -> tuple[Prompt, ...]:
    """Return two ways to ask for one thing, the second with a looser hand."""
    return Instruction(first, growth=growth), Instruction(second, Sampling(temperature=0.7), growth=growth)


# For each action the prompts in the order in which they are tried until an answer passes the checks.
SMALL: dict[str, tuple[Prompt, ...]] = {
    "correct-spelling": (_SPELLING,),
    "make-fluent": (_FLUENT,),
    "paraphrase": (_OTHER_WORDS,),
    "simplify": (_SIMPLE,),
}
# By the series' name in lower case: what a small model of it can be asked besides.
OF_FAMILY: dict[str, dict[str, tuple[Prompt, ...]]] = {
    "smollm2": {
        "paraphrase": (_SMOLLM2_CONCISE, _SMOLLM2_FRIENDLY),
        "shorten": (_SMOLLM2_CONCISE,),
        "summarise": (_SMOLLM2_SUMMARY,),
    },
}
LARGE: dict[str, tuple[Prompt, ...]] = {
    "correct-spelling": (
        Instruction("Correct the spelling and grammar of the text. Change nothing else."),
        Instruction("Copy the text and correct only the words in it that are misspelled or ungrammatical."),
    ),
    "make-fluent": _varied(
        "Rewrite the text so that it reads fluently. Keep its meaning.",
        "Improve the flow of the text with as few changes as it needs. Keep its meaning.",
    ),
    "paraphrase": _varied(
        "Say the text in other words, in the same language.",
        "Paraphrase the text in the same language; no sentence may stay as it was.",
    ),
    "shorten": _varied(
        "Make the text shorter: say the same in about half the words, in the same language.",
        "Leave out of the text what a reader does not need, and keep its main points.",
    ),
    "expand": _varied(
        "Make the text a little longer: explain what it says in more words, and add no new facts.",
        "Write the text in more detail, in the same language, without any fact that is not in it.",
        growth=3.0,
    ),
    "simplify": _varied(
        "Say the text in short sentences and simple words, in the same language.",
        "Rewrite the text for a reader of twelve years. Keep its meaning.",
        growth=1.3,
    ),
    "more-formal": _varied(
        "Rewrite the text in a more formal tone. Keep its meaning.",
        "Rewrite the text as one would in a letter to an office. Keep its meaning.",
        growth=1.3,
    ),
    "more-friendly": _varied(
        "Rewrite the text in a warmer, friendlier tone. Keep its meaning.",
        "Rewrite the text as one would to a good friend. Keep its meaning.",
        growth=1.3,
    ),
    "summarise": _varied(
        "Summarise the text in one to three sentences, in the same language.",
        "What does the text say? Answer in at most three sentences, in the same language, with facts from it alone.",
    ),
    "headlines": _varied(
        "Write 5 short headlines for the text, in the same language, one in each line.",
        "Write 5 subject lines for a letter with this text, in the same language, each different, one in each line.",
        growth=2.0,
    ),
    "prose": _varied(
        "Turn these notes into a paragraph of flowing prose with every point of them and nothing else.",
        "Write these notes as full sentences in one paragraph. Use every note once, and add nothing.",
        growth=2.0,
    ),
    "translate": _varied(
        "Translate the text into {language}.", "Write the text in {language}; reply in {language} alone.", growth=2.0
    ),
}
