"""Which prompts an action has for a model, in which order, and whether it has any. Knows the models' habits by size."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from meai.editing.actions import SELECTION, Action, KnownModel
from meai.editing.asking import Prompt, about
from meai.editing.window import window
from meai.editing.wordings import LARGE, OF_FAMILY, SMALL
from meai.inference.request import ModelTraits, Request, Sampling, Turn

SMALL_MODEL_PARAMETERS = 400_000_000
CONTINUATION_TOKENS = 48
SENTENCE_TOKENS = 24
FILL_TOKENS = 16
"""Of a text that is to lead on to another: it stops after a few words."""
ANSWER_TOKENS = 512
NAMED = 2
"""Of the models that would do, as many are named."""
LOOSER = 0.8
"""The temperature of an answer that is to be another one."""


def prompts_for(action: str, model: ModelTraits, variation: int = 0) -> tuple[Prompt, ...]:
    """Return the prompts of *action* for *model*, in the order to try them; none where it is beyond the model.

    Another *variation* begins with another of them.
    """
    if not by_sentence(model):
        prompts = LARGE.get(action, ())
    else:
        prompts = SMALL.get(action, ()) + OF_FAMILY.get(model.basename.casefold(), {}).get(action, ())
    first = variation % len(prompts) if prompts else 0
    return prompts[first:] + prompts[:first]


def varied(request: Request, variation: int) -> Request:
    """Return *request* as it is asked the first time, or with chance in it for another *variation*."""
    if variation == 0:
        return request
    return replace(request, sampling=replace(request.sampling, temperature=LOOSER, seed=variation))


def by_sentence(model: ModelTraits) -> bool:
    """Return whether *model* does better with single sentences than with paragraphs."""
    return model.parameters < SMALL_MODEL_PARAMETERS


def obstacle(action: Action, model: ModelTraits, known: Iterable[KnownModel]) -> str:
    """Return why *action* is beyond *model*, and which of the *known* ones would do, or nothing where it is not."""
    if action.needs == "instruction" or action.instruction or action.unit == "caret":
        return ""
    if prompts_for(action.name, model):
        return ""
    return f"“{action.label}” needs a larger model than this one. {larger(known, action)}"


def larger(known: Iterable[KnownModel], action: Action) -> str:
    """Return a sentence that names some of the *known* models that are fit for *action*, or says how to use another."""
    # A weight takes a byte at most in the files that are offered.
    large = [model for model in known if model.size >= SMALL_MODEL_PARAMETERS]
    # Nothing is known of actions of the writer's own.
    fit = [model.label for model in large if action.name in model.actions] or [model.label for model in large]
    if fit:
        return f"{' or '.join(fit[:NAMED])} would do."
    return f"Any chat model above {SMALL_MODEL_PARAMETERS // 1_000_000} million weights would do: --model FILE.gguf."


def continuation(before: str) -> Request:
    """Ask for what comes after *before*, as a plain text and no chat."""
    sampling = Sampling(max_tokens=CONTINUATION_TOKENS, repeat_penalty=1.1)
    return Request((), window(before).rstrip(" "), sampling, purpose="caret")


def rest_of_sentence(before: str, begun: str, tokens: int = SENTENCE_TOKENS) -> Request:
    """Ask for what comes after *before*, a sentence of at most so many *tokens*, beginning with the letters *begun*.

    A word that is parted for a model in other places than it is used to leads it astray, so the part is left to it.
    """
    request = continuation(before)
    grammar = f'root ::= " "? "{begun}" [^\\n]*' if begun else ""
    return replace(request, sampling=replace(request.sampling, max_tokens=tokens, grammar=grammar))


def free_instruction(instruction: str, selection: str, model: ModelTraits) -> Request:
    """Ask *model* for what the writer's *instruction* says, about *selection* where there is one."""
    if selection and SELECTION in instruction:
        words = instruction.replace(SELECTION, selection)
    elif selection:
        # A small model that has the instruction last talks about its answer.
        small = by_sentence(model)
        words = f"{instruction}\n\n{selection}" if small else about(selection, instruction)
    else:
        words = instruction.replace(SELECTION, "")
    turns = (Turn("system", "You are a helpful assistant."), Turn("user", words))
    sampling = Sampling(max_tokens=ANSWER_TOKENS, temperature=0.4, repeat_penalty=1.1)
    return Request(turns, "", sampling, source=selection, purpose="rewrite" if selection else "free")
