"""Every panel of the page, opened and closed again: what a walk through the page visits. Judges nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from playwright.sync_api import Page, expect

from tests.browser.desk import Desk
from tests.browser.scripted import ScriptedModel

Scene = Callable[[Desk, ScriptedModel], AbstractContextManager[None]]
"""Open while its block runs; what it writes into the text stays there."""
Look = Callable[[Page], list[str]]

FIRST_MS = 30_000
"""Starting Harper takes seconds on a busy machine."""
SHOWN = "#dialog[open], #menu:popover-open"


def run(desk: Desk, command: str) -> None:
    """Run the command with the label *command*, from the palette, as every window has it."""
    desk.content.focus()
    desk.press("F1")
    desk.page.keyboard.insert_text(command)
    expect(desk.page.locator("#palette [aria-selected=true]")).to_contain_text(command)
    desk.press("Enter")


def opened_by(command: str) -> Scene:
    """What *command* asks for in a dialog or a menu."""

    @contextmanager
    def scene(desk: Desk, model: ScriptedModel) -> Iterator[None]:
        run(desk, command)
        expect(desk.page.locator(SHOWN)).to_be_visible()
        yield
        desk.press("Escape")

    return scene


def switched_by(*keys: str, mark: str) -> Scene:
    """The page while what *keys* switch is on, which *mark* tells."""

    @contextmanager
    def scene(desk: Desk, model: ScriptedModel) -> Iterator[None]:
        desk.content.focus()
        desk.press(*keys)
        expect(desk.page.locator(mark)).to_be_visible()
        yield
        desk.content.focus()
        desk.press(*keys)
        expect(desk.page.locator(mark)).to_have_count(0)

    return scene


def settings_at(name: str) -> Scene:
    """One page of the settings."""

    @contextmanager
    def scene(desk: Desk, model: ScriptedModel) -> Iterator[None]:
        open_settings(desk, name)
        yield
        desk.press("Escape")

    return scene


def open_settings(desk: Desk, name: str) -> None:
    """Turn to the page *name* of the settings."""
    desk.content.focus()
    desk.press("Control+,")
    desk.page.get_by_role("tab", name=name, exact=True).click()
    expect(desk.page.get_by_role("tabpanel", name=name)).to_be_visible()


@contextmanager
def the_document(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    expect(desk.content).to_be_visible()
    yield


@contextmanager
def the_preview(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    desk.page.get_by_role("button", name="Read", exact=True).click()
    expect(desk.page.locator("#article")).to_be_visible()
    expect(desk.page.locator("#pictures")).to_contain_text("are not loaded")
    yield
    desk.page.get_by_role("button", name="Write", exact=True).click()
    expect(desk.content).to_be_visible()


@contextmanager
def a_menu(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    desk.content.focus()
    desk.press("ContextMenu")
    expect(desk.menu).to_be_visible()
    yield
    desk.press("Escape")


@contextmanager
def the_list(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    if shut := desk.page.locator("#documents").is_hidden():
        desk.page.locator("#documents-button").click()
    expect(desk.page.locator("#documents")).to_be_visible()
    yield
    if shut:
        desk.page.locator("#documents-button").click()


@contextmanager
def a_search(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    with the_list(desk, model):
        box = desk.page.get_by_role("combobox", name="Search names and texts")
        box.fill("e")
        expect(desk.page.locator("#documents-found .snippet").first).to_be_visible()
        yield
        box.fill("")


@contextmanager
def a_move(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    desk.page.locator("#title-button").click()
    desk.choose("Move to a folder…")
    expect(desk.page.locator("#folder-list")).to_be_visible()
    yield
    desk.press("Escape")


@contextmanager
def the_history(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    """A version that added a line, against the first."""
    desk.write("One more line.")
    desk.content.focus()
    desk.press("F4")
    expect(desk.page.locator("#history ins").first).to_be_visible()
    yield
    desk.press("Escape")


@contextmanager
def the_trash(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    desk.page.locator("#title-button").click()
    desk.choose("Deleted documents…")
    expect(desk.page.get_by_role("dialog", name="Deleted documents")).to_be_visible()
    yield
    desk.press("Escape")


@contextmanager
def what_the_model_wrote(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    """Marked, counted, and one of it explained."""
    desk.write("\n\nThe begining.")
    desk.press("ContextMenu")
    desk.choose("Correct spelling")
    model.proposes("The beginning.")
    desk.press("Control+Enter", "F9")
    expect(desk.page.locator(".authored").last).to_have_text("beginning")
    desk.press("ArrowLeft", "Shift+F9")
    expect(desk.page.get_by_role("dialog", name="What the model wrote here")).to_be_visible()
    yield
    desk.press("Escape", "F9")


@contextmanager
def the_help(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    desk.press("Control+/")
    expect(desk.page.get_by_role("dialog", name="Help")).to_be_visible()
    yield
    desk.press("Escape")


@contextmanager
def the_export(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    """What readers get at Substack, and the report."""
    desk.content.focus()
    desk.press("Control+Shift+E")
    dialog = desk.page.get_by_role("dialog", name="Export ")
    dialog.get_by_role("radio", name="Substack").first.check()
    expect(dialog.get_by_role("heading", name="What changes for readers")).to_be_visible()
    expect(desk.page.locator("#export[aria-busy]")).to_have_count(0)
    yield
    desk.press("Escape")


@contextmanager
def a_repair(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    desk.page.locator(".notice", has_text="garbled").get_by_role("button").first.click()
    expect(desk.page.get_by_role("dialog", name="Repair garbled characters")).to_be_visible()
    yield
    desk.press("Escape")


@contextmanager
def a_suggestion(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    """Words are added, removed and replaced, and there is something worth knowing."""
    desk.write("\n\nI recieve the the mail and I has no time.")
    desk.press("ContextMenu")
    desk.choose("Correct spelling")
    expect(desk.bar).to_be_visible()
    model.proposes("I receive the mail and I have no time at all.", "A sentence was kept as it was.")
    expect(desk.bar).to_have_attribute("data-proposal", "done")
    yield
    desk.press("Escape")


@contextmanager
def two_versions(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    """The end, written here and elsewhere at the same time."""
    desk.press("Control+s")
    desk.expect_saved()
    with desk.unsaved():
        desk.write("\n\nMine.")
        desk.file.write_bytes(desk.file.read_bytes() + b"\n\nTheirs.")
    desk.page.get_by_role("button", name="Compare…").click()
    asked = desk.page.get_by_role("dialog", name="was changed elsewhere")
    expect(asked).to_be_visible()
    yield
    asked.get_by_role("radio", name="On disk").check()
    asked.get_by_role("button", name="Use what I chose").click()
    desk.expect_saved()


@contextmanager
def a_palette(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    desk.content.focus()
    desk.press("F1")
    expect(desk.page.locator("#palette [role=option]").first).to_be_visible()
    yield
    desk.press("Escape")


@contextmanager
def the_headings(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    """And one that is not there."""
    run(desk, "Go to a heading…")
    desk.page.keyboard.insert_text("zzz")
    expect(desk.page.locator("#palette .empty, #palette [role=option]").first).to_be_visible()
    yield
    desk.press("Escape")


@contextmanager
def the_outline(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    desk.content.focus()
    desk.press("Control+Shift+o")
    expect(desk.page.locator("#outline")).to_be_visible()
    yield
    desk.content.focus()
    desk.press("Control+Shift+o")
    expect(desk.page.locator("#outline")).to_be_hidden()


@contextmanager
def a_question(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    """What shall the model do with the paragraph at the caret?"""
    desk.content.focus()
    desk.press("Control+j")
    expect(desk.page.get_by_role("dialog", name="Ask AI")).to_be_visible()
    yield
    desk.press("Escape")


@contextmanager
def a_find(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    desk.content.focus()
    desk.press("Control+f")
    expect(desk.page.locator(".find-bar")).to_be_visible()
    desk.page.keyboard.type("e")
    yield
    desk.press("Escape")


@contextmanager
def the_models(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    desk.content.focus()
    desk.press("Shift+F4")
    expect(desk.page.locator(".models li").first).to_be_visible()
    yield
    desk.press("Escape")


@contextmanager
def a_key_that_is_taken(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    open_settings(desk, "Keys")
    desk.page.get_by_role("button", name="Key of Bold").click()
    desk.press("Control+j")
    expect(desk.page.locator("#settings .problem button")).to_be_visible()
    yield
    desk.press("Escape")


@contextmanager
def an_action_of_ones_own(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    open_settings(desk, "AI")
    desk.page.get_by_role("button", name="New action…").click()
    desk.page.get_by_role("button", name="Keep it").click()
    expect(desk.page.locator("#settings .problem")).to_contain_text("needs a name")
    yield
    desk.press("Escape")


@contextmanager
def a_name(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    """Asked for, and not given."""
    run(desk, "New document…")
    desk.page.locator("#dialog-name").fill("")
    desk.press("Enter")
    expect(desk.page.locator("#dialog .problem")).to_contain_text("needs a name")
    yield
    desk.press("Escape")


@contextmanager
def the_details(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    """The form of the front matter."""
    run(desk, "Title, date and tags")
    expect(desk.page.locator(".details-bar input").first).to_be_visible()
    yield
    desk.press("Escape")
    expect(desk.page.locator(".details-bar")).to_have_count(0)


@contextmanager
def the_spelling(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    """With a word in the dictionary."""
    run(desk, "Spelling and dictionary…")
    desk.page.get_by_role("textbox", name="A word to add").fill("Kohlrabibeetumrandung" * 3)
    desk.press("Enter")
    expect(desk.page.locator(".dictionary li").first).to_be_visible()
    yield
    desk.press("Escape")


@contextmanager
def an_underline(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    """And what mends it."""
    desk.write("\n\nThis is the secnd letter of the year.")
    expect(desk.page.locator(".misspelled", has_text="secnd")).to_be_visible(timeout=FIRST_MS)
    desk.press("Control+.")
    expect(desk.menu.get_by_role("menuitem", name="second", exact=True)).to_be_visible()
    yield
    desk.press("Escape")


@contextmanager
def a_selection(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    """And the toolbar at it."""
    desk.write("\n\nThe last words.")
    desk.press("Shift+Home", "Alt+F10")
    expect(desk.page.get_by_role("toolbar", name="Selection")).to_be_visible()
    yield
    desk.press("Escape", "End")


@contextmanager
def a_slash(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    desk.write("\n\n")
    desk.page.keyboard.type("/")
    expect(desk.page.locator("#slash [role=option]").first).to_be_visible()
    yield
    desk.press("Escape", "Backspace")


@contextmanager
def a_table(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    """And its tools."""
    desk.write("\n\n| a | b |\n| - | - |\n| 1 | 2")
    expect(desk.page.get_by_role("toolbar", name="Table")).to_be_visible()
    yield
    desk.press("End", "Enter")


@contextmanager
def more_of_the_sentence(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    """How it may go on, beside the text."""
    desk.write("\n\nOnce upon a")
    desk.press("Alt+\\")
    model.proposes(" time")
    expect(desk.page.locator(".cm-content .ghost")).to_be_visible()
    yield
    desk.press("Escape")


@contextmanager
def an_answer_that_comes(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    desk.write("\n\nI has one cat. I has two cats. I has three cats. I has no dog.")
    desk.press("ContextMenu")
    desk.choose("Correct spelling")
    model.says("I have one cat.")
    model.sketches(" I have two cats. I have")
    expect(desk.bar).to_contain_text("writing sentence")
    yield
    desk.press("Escape")


@contextmanager
def what_should_be_looked_at(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    """A suggestion that turns a fact, about to be asked for in another way."""
    desk.write("\n\nIn 2024 I has no time.")
    desk.press("ContextMenu")
    desk.choose("Correct spelling")
    model.proposes("In 2042 I have no time.", flags=[{"kind": "number", "before": "2024", "after": "2042"}])
    desk.page.get_by_role("button", name="Refine…").click()
    expect(desk.page.get_by_role("textbox", name="How shall it be changed?")).to_be_visible()
    yield
    desk.press("Escape", "Escape")


@contextmanager
def a_failure(desk: Desk, model: ScriptedModel) -> Iterator[None]:
    desk.write("\n\nI has no time.")
    desk.press("ContextMenu")
    desk.choose("Correct spelling")
    model.fails("unavailable", "The model stopped; it is being started again.")
    notice = desk.page.locator(".notice[data-tone=error]")
    expect(notice).to_be_visible()
    yield
    notice.get_by_role("button", name="Dismiss").click()


SCENES: dict[str, Scene] = {
    "the document": the_document,
    "the preview": the_preview,
    "zen": switched_by("Alt+z", mark="body[data-zen]"),
    "one paragraph at a time": switched_by("Alt+t", "Alt+p", mark="body[data-typewriter][data-focus]"),
    "a menu": a_menu,
    "the list": the_list,
    "a search": a_search,
    "a move": a_move,
    "a name": a_name,
    "the history": the_history,
    "the trash": the_trash,
    "the help": the_help,
    "the export": the_export,
    "the details": the_details,
    "a picture": opened_by("Image…"),
    "the spelling": the_spelling,
    **{f"the settings, {page}": settings_at(page) for page in ("Look", "Writing", "AI", "Keys", "File")},
    "a key that is taken": a_key_that_is_taken,
    "an action of one's own": an_action_of_ones_own,
    "a repair": a_repair,
    "an underline": an_underline,
    "a selection": a_selection,
    "a slash": a_slash,
    "a table": a_table,
    "more of the sentence": more_of_the_sentence,
    "a choice of languages": opened_by("Translate to…"),
    "an answer that comes": an_answer_that_comes,
    "a suggestion": a_suggestion,
    "what should be looked at": what_should_be_looked_at,
    "what the model wrote": what_the_model_wrote,
    "a failure": a_failure,
    "a palette": a_palette,
    "the headings": the_headings,
    "the outline": the_outline,
    "a question": a_question,
    "a find": a_find,
    "the models": the_models,
    "two versions": two_versions,
}


def walk_through(desk: Desk, model: ScriptedModel, look: Look) -> dict[str, list[str]]:
    """Return what *look* finds wrong, by scene."""
    found = {}
    for name, scene in SCENES.items():
        with scene(desk, model):
            found[name] = look(desk.page)
    return {name: problems for name, problems in found.items() if problems}
