"""The command line: arguments to calls, results to the terminal. The only room that knows click.

Everything heavy is imported by the command that needs it, so that `meai --help` answers at once.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from meai import __version__
from meai.config import read_config
from meai.errors import BadInput, MeaiError, NoModel

if TYPE_CHECKING:
    from meai.config import Config
    from meai.editing.actions import Action
    from meai.models.library import Model, ModelLibrary
    from meai.models.suitability import Computer

FAILED, LOSSES, INTERRUPTED = 1, 3, 130
DEFAULT_COMMAND = "serve"


class DefaultGroup(click.Group):
    """A group whose first word may be left out: then it is `serve`, so that `meai PATH` opens the editor."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {name for parameter in self.get_params(ctx) for name in parameter.opts}
        if not args or (args[0] not in self.commands and args[0] not in own):
            self._refuse_mistyped(args)
            args = [DEFAULT_COMMAND, *args]
        return super().parse_args(ctx, args)

    def _refuse_mistyped(self, args: list[str]) -> None:
        """Raise `BadInput` where the first word is nothing that can be opened, but nearly a command."""
        if not args or args[0].startswith("-") or Path(args[0]).exists():
            return
        near = get_close_matches(args[0], [name for name, command in self.commands.items() if not command.hidden], 1)
        if near:
            raise BadInput(
                f"There is no command {args[0]}, nor such a folder or document; did you mean `meai {near[0]}`?"
            )

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, "[OPTIONS] [PATH]")
        formatter.write_usage(ctx.command_path, "COMMAND [ARGS]...", prefix=" " * len("Usage: "))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        serve = self.commands[DEFAULT_COMMAND]
        parameters = [*(option for option in serve.params if isinstance(option, click.Option)), *self.get_params(ctx)]
        with formatter.section("Options"):
            formatter.write_dl([record for parameter in parameters if (record := parameter.get_help_record(ctx))])
        self.format_commands(ctx, formatter)


class OneOf(click.ParamType[str]):
    """One of the names that *names* returns, which is only called when they are needed."""

    name = "name"

    def __init__(self, names: Callable[[], Iterable[str]]) -> None:
        self._names = names

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        return f"[{'|'.join(self._names())}]" if isinstance(param, click.Option) else None

    def get_missing_message(self, param: click.Parameter, ctx: click.Context | None) -> str:
        return f"One of {', '.join(self._names())}."

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in self._names():
            self.fail(f"{value!r} is not one of {', '.join(self._names())}.", param, ctx)
        return value


class ActionCommand(click.Command):
    """A command whose help lists the actions, the writer's own among them."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        with formatter.section("Actions"):
            formatter.write_dl([(name, action.label) for name, action in _actions().items()])


def _actions() -> Mapping[str, Action]:
    from meai.editing.actions import own_action, with_own

    return with_own(own_action(each.name, each.instruction) for each in read_config().actions)


def _dialects() -> Iterable[str]:
    from meai.editing.problems import DIALECTS

    return ("auto", *DIALECTS)


def _formats() -> Iterable[str]:
    from meai.export.formats import FORMATS

    return FORMATS


_model_option = click.option("--model", metavar="NAME_OR_FILE", help="A model's name, or a .gguf file.")
_engine_option = click.option(
    "--engine", metavar="URL", help="A server with the OpenAI API that answers: texts go there. `none`: this machine."
)
_gpu_option = click.option("--gpu-layers", metavar="N", help="Layers for a GPU: a number, or `auto` for what fits.")
_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


@click.group(cls=DefaultGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(prog)s %(version)s")
def cli() -> None:
    """ME_AI: a Markdown editor with a local language model.

    PATH is a folder of Markdown files, or one of them; without it, the folder ME_AI in your documents. The editor
    opens in your browser, and nothing you write leaves this machine unless you name another one with --engine.
    """


@cli.command(hidden=True)
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--port", type=click.IntRange(0, 65535), metavar="N", help="Listen there; 0 takes any free port.")
@click.option("--no-browser", is_flag=True, help="Print the address and open nothing.")
@_model_option
@_engine_option
@_gpu_option
def serve(
    path: Path | None,
    port: int | None,
    no_browser: bool,
    model: str | None,
    engine: str | None,
    gpu_layers: str | None,
) -> None:
    """Open the editor on PATH."""
    from meai.serving import run

    config = read_config(
        path=path, port=port, model=model, engine=engine, gpu_layers=gpu_layers, open_browser=not no_browser
    )
    run(config)


@cli.command(cls=ActionCommand)
@click.argument("action", type=OneOf(_actions))
@click.argument("file", default="-", metavar="[FILE|-]")
@click.option("--instruction", default="", metavar="TEXT", help="What to do, for `ask`; the language, for `translate`.")
@click.option("--dialect", type=OneOf(_dialects), help="Whose English it is, where its front matter does not say.")
@_json_option
@_model_option
@_engine_option
@_gpu_option
def rewrite(
    action: str,
    file: str,
    instruction: str,
    dialect: str | None,
    as_json: bool,
    model: str | None,
    engine: str | None,
    gpu_layers: str | None,
) -> None:
    """Rewrite FILE, or what comes in, and print the result.

    What the model could not improve safely is printed as it was; the reasons go to stderr. `autocomplete` prints
    only what comes after the text.
    """
    from meai.editing.actions import ACTIONS

    wants = action in ACTIONS and ACTIONS[action].needs != ""
    if wants != bool(instruction.strip()):
        needs = "needs" if wants else "takes no"
        raise click.UsageError(f"The action {action} {needs} --instruction.")
    from meai.documents.encoding import decode, encode
    from meai.editing.changes import changes
    from meai.editing.language import dialect_for
    from meai.editing.rewrite import RewriteOrder
    from meai.rewriting import answer

    source = _read(file)
    text = decode(source, "The input" if file == "-" else file).text
    # What is to be continued is what comes before the caret.
    selection, before = ("", text) if action == "autocomplete" else (text, "")
    config = read_config(model=model, engine=engine, gpu_layers=gpu_layers, dialect=dialect)
    whose = dialect_for(text, config.dialect)
    order = RewriteOrder(action, selection, before, instruction=instruction, dialect=whose)
    result = answer(config, order, lambda sentence: click.echo(sentence, err=True))
    proposal = result.proposal
    for reason in dict.fromkeys([*proposal.warnings, *(unit.reason for unit in proposal.units if unit.reason)]):
        click.echo(reason, err=True)
    for flag in dict.fromkeys(flag for unit in proposal.units for flag in unit.flags):
        click.echo(f"Look at it: {flag}", err=True)
    if as_json:
        _print_json(
            action=action,
            model=result.model,
            text=proposal.text,
            units=[asdict(unit) for unit in proposal.units],
            changes=[asdict(change) for change in changes(selection, proposal.text)],
            choices=proposal.choices,
            warnings=proposal.warnings,
            timings=asdict(result.timings),
        )
    else:
        _write(encode(proposal.text + _last_line_end(proposal.text), source), None)


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--to", "target", type=OneOf(_formats), required=True, help="The format.")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="OUT", help="Write there, not to stdout.")
@click.option(
    "--strict", is_flag=True, help="Write nothing and exit 3 if anything would be lost or should be looked at."
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=CHOICE",
    help="An option of the format, as --set toc=true; more than one may be given.",
)
@click.option("--disclose", is_flag=True, help="Say at the end how much of the text a model suggested.")
@_json_option
def export(
    file: Path,
    target: str,
    output: Path | None,
    strict: bool,
    settings: tuple[str, ...],
    disclose: bool,
    as_json: bool,
) -> int:
    """Export FILE for readers.

    What the format cannot hold is told on stderr. With --json the report is printed instead, and the content with it
    unless it goes to OUT.
    """
    from meai.documents.encoding import decode
    from meai.documents.store import DocumentStore
    from meai.export.formats import export as export_text
    from meai.export.options import parsed
    from meai.histories import past_of

    chosen = parsed(settings)

    text = decode(_read(str(file)), str(file)).text
    if output is not None and output.exists() and output.samefile(file):
        raise BadInput(f"{output} is the document itself; choose another name for the export.")
    disclosure = None
    if disclose:
        with past_of(file, read_config()) as past:
            disclosure = past.receipts.disclosure(past.name, text)
        if disclosure is None:
            click.echo(f"Nothing in {file} is known to be a model's, so no line says so.", err=True)
    store = DocumentStore(file.absolute().parent, trash=read_config().data_dir / "trash", only=file.name)
    closing = f"*{disclosure}*" if disclosure else ""
    result = export_text(text, name=file.name, format=target, asset=store.asset, closing=closing, chosen=chosen)
    refused = strict and any(note.kind != "changed" for note in result.report)
    if not as_json:
        for note in result.report:
            place = "" if note.line is None else f":{note.line + 1}"
            click.echo(f"{file}{place}: {note.message}", err=True)
        if refused:
            click.echo("Nothing was written: --strict wants nothing lost and nothing to look at.", err=True)
    if not refused and (output or not as_json):
        _write(result.content.encode(), output)
    if as_json:
        content = {} if output or refused else {"content": result.content}
        report = [asdict(note) for note in result.report]
        told = {"filename": result.filename, "media_type": result.media_type, "disclosure": disclosure}
        parts = [asdict(part) for part in result.parts]
        _print_json(**told, facts=result.facts, report=report, parts=parts, **content)
    return LOSSES if refused else 0


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--show", type=int, metavar="REV", help="Print the text of that revision.")
@click.option("--restore", type=int, metavar="REV", help="Make that revision the newest one.")
@click.option(
    "--label", type=(int, str), metavar="REV NAME", help="Give a version a name; a named one is kept for good."
)
@click.option(
    "--forget",
    metavar="REV|DATE|words|all",
    help="Remove for good that revision, what is older than that day, all that has words which you are asked for, or "
    "everything but the text as it is now.",
)
@click.option("--yes", is_flag=True, help="Forget without a question.")
@_json_option
def history(
    file: Path,
    show: int | None,
    restore: int | None,
    label: tuple[int, str] | None,
    forget: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """List what FILE was, newest first. A deleted FILE has its history, too."""
    if sum(option is not None for option in (show, restore, label, forget)) > 1:
        raise click.UsageError("Only one of --show, --restore, --label and --forget can be done at a time.")
    from meai import histories

    if forget is not None:
        _forget(file, forget, sure=yes, as_json=as_json)
        return
    with histories.past_of(file, read_config()) as past:
        if show is not None:
            told = histories.shown_revision(past, show)
        elif restore is not None:
            told = histories.restored(past, restore)
        elif label is not None:
            told = histories.labelled(past, *label)
        else:
            told = histories.listed(past)
    if as_json:
        _print_json(**told.fields)
    else:
        _write((told.text + (_last_line_end(told.text) if show is not None else "\n")).encode(), None)


def _forget(file: Path, what: str, *, sure: bool, as_json: bool) -> None:
    from meai import histories

    try:
        # Not an argument: those can be read in the shell's history and by other accounts.
        wish = histories.wish(what, lambda: click.prompt("The words", err=True))
    except ValueError as error:
        raise click.BadParameter("say a revision, a day as 2026-11-24, “words” or “all”.") from error
    with histories.pasts_of(file, read_config()) as pasts:
        if not sure:
            click.echo(histories.forgettable(pasts, wish), err=True)
            click.confirm("Forget it for good?", abort=True, err=True)
        told = histories.forgotten(pasts, wish)
    if as_json:
        _print_json(**told.fields)
    else:
        click.echo(told.text)


@cli.group()
def models() -> None:
    """List, fetch, import, choose and remove models."""


@models.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those from mirrors that their publishers do not run.")
@_json_option
def list_models(everything: bool, as_json: bool) -> None:
    """List the models that there are.

    Those on this machine, those that other programs keep on it, and those to fetch.
    """
    from meai.models.library import models_folder
    from meai.models.shelf import cards
    from meai.models.wording import line

    config = read_config()
    library = _library(config)
    shown = [
        card
        for card in cards(library, models_folder(config.data_dir), _computer(config))
        if everything or not card.community or card.where in ("here", "begun")
    ]
    used = library.find(None)
    if as_json:
        parts = {"here": ("here",), "elsewhere": ("elsewhere",), "to_fetch": ("to-fetch", "begun")}
        listed = {part: [asdict(card) for card in shown if card.where in kinds] for part, kinds in parts.items()}
        _print_json(use=used.name if used is not None else None, **listed)
        return
    for card in shown:
        click.echo(line(card, in_use=used is not None and card.path == str(used.path)))


@models.command()
@click.argument("name", metavar="NAME_OR_FILE")
@_json_option
def info(name: str, as_json: bool) -> None:
    """Say what is known of one model.

    Its licence, size, hash, context, memory and speed.
    """
    from meai.models.library import models_folder
    from meai.models.shelf import card, sha256_of
    from meai.models.wording import description

    config = read_config()
    known = card(_library(config), models_folder(config.data_dir), _computer(config), name)
    if known.path:
        # What the file is, and not what the catalogue says that it should be.
        known = replace(known, sha256=sha256_of(Path(known.path)))
    if as_json:
        _print_json(**asdict(known))
    else:
        click.echo(description(known))


@models.command()
@click.argument("name")
@_json_option
def pull(name: str, as_json: bool) -> None:
    """Fetch the model NAME of the catalogue. Stopped with Ctrl-C or killed, it goes on from there the next time."""
    from meai.models import download
    from meai.models.library import models_folder

    config = read_config()
    library = _library(config)
    entry = library.entry(name)
    for said in (entry.note, "" if entry.permissive else f"Its licence is {entry.licence}: {entry.licence_url}"):
        if said:
            click.echo(said, err=True)
    if not entry.permissive:
        click.confirm("Fetch it under this licence?", abort=True, err=True)
    network = download.Network(config.hub, config.hub_key)
    folder, stop = models_folder(config.data_dir), threading.Event()
    path = download.pull(entry, folder, _progress(entry.label), stop, network=network, choices=library.choices)
    click.echo(f"{entry.label} ({entry.licence}) is at {path}", err=True)
    if as_json:
        _print_json(name=entry.name, path=str(path), size=path.stat().st_size)


@models.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--copy/--link", default=False, help="Copy it into the models folder, or leave it where it is (default).")
@_json_option
def import_model(file: Path, copy: bool, as_json: bool) -> None:
    """Add the model FILE, a .gguf of this machine, to the models. It is checked first."""
    from meai.models import importing

    model = importing.import_model(_library(read_config()), file, copy=copy, progress=_progress(file.name, "Copying"))
    if as_json:
        _print_json(name=model.name, path=str(model.path), size=model.size)
    else:
        click.echo(f"{model.name} is at {model.path}; take it with: meai models use {model.name}")


@models.command()
@click.argument("name", metavar="NAME_OR_FILE")
@_json_option
def use(name: str, as_json: bool) -> None:
    """Take the model NAME_OR_FILE from now on. `--model` and the settings still win for one run."""
    from meai.models import importing

    config = read_config()
    model = importing.use(_library(config), name)
    if as_json:
        _print_json(name=model.name, path=str(model.path))
        return
    click.echo(f"{model.label} is used from now on; an editor that is open takes it at its next start.")
    if config.model is not None:
        click.echo(f"Your settings name {config.model}, which wins; take `model` out of them.", err=True)


@models.command()
@click.argument("name")
@_json_option
def remove(name: str, as_json: bool) -> None:
    """Delete the model NAME. A linked one stays where it is."""
    from meai.models import download, importing
    from meai.models.library import models_folder

    config = read_config()
    library = _library(config)
    entry = next((entry for entry in library.entries if entry.name == name), None)
    folder = models_folder(config.data_dir)
    if entry is not None and download.fetched_bytes(entry, folder):
        download.discard(entry, folder)
        done = f"What had come of {entry.label} is deleted."
    else:
        done = importing.remove(library, name)
    if as_json:
        _print_json(name=name, done=done)
    else:
        click.echo(done)


@models.group()
def adapter() -> None:
    """Add, list and remove LoRA adapters of models."""


@adapter.command("add")
@click.argument("file", type=click.Path(path_type=Path))
@_model_option
@click.option("--scale", type=float, default=1.0, show_default=True, help="How strongly it works.")
@click.option("--action", "actions", multiple=True, type=OneOf(_actions), help="Only for this one; may be given again.")
@_json_option
def add_adapter(file: Path, model: str | None, scale: float, actions: tuple[str, ...], as_json: bool) -> None:
    """Add the adapter FILE, a .gguf, to a model.

    It stays where it is, and is checked against that model first.
    """
    from meai.models import adapters

    config = read_config(model=model)
    library = _library(config)
    added = adapters.add(library, file, _model_of(library, config), scale=scale, actions=actions)
    if as_json:
        kept = {"name": added.name, "model": added.model.name, "scale": scale, "actions": actions}
        _print_json(**{**asdict(added.header), **kept})
        return
    used_for = f"for {', '.join(actions)}" if actions else "for every action"
    click.echo(
        f"{added.name} is used with {added.model.label}, {used_for}; an editor that is open takes it at its next"
    )
    click.echo(f"start. Whether it makes corrections better says: meai models check-adapter {file}")


@adapter.command("list")
@_json_option
def list_adapters(as_json: bool) -> None:
    """List the adapters.

    The model of each, how strongly it works and for what.
    """
    from meai.models.adapters import kept_adapters

    kept = kept_adapters(_library(read_config()))
    if as_json:
        _print_json(adapters=[{"name": name, **asdict(each)} for name, each in kept.items()])
        return
    for name, each in kept.items():
        click.echo(f"{name}  {each.model}  {each.scale:g}  {', '.join(each.actions) or 'every action'}  {each.path}")
    if not kept:
        click.echo("There is no adapter; add one with: meai models adapter add FILE")


@adapter.command("remove")
@click.argument("name")
@_json_option
def remove_adapter(name: str, as_json: bool) -> None:
    """Use the adapter NAME no more; its file stays where it is."""
    from meai.models import adapters

    done = adapters.remove(_library(read_config()), name)
    if as_json:
        _print_json(name=name, done=done)
    else:
        click.echo(done)


@models.command("check-adapter")
@click.argument("file", type=click.Path(path_type=Path))
@_model_option
@click.option("--scale", type=float, default=1.0, show_default=True, help="How strongly it works.")
@click.option("--action", "actions", multiple=True, type=OneOf(_actions), help="What to measure; may be given again.")
@click.option("--few", type=click.IntRange(0), default=24, show_default=True, metavar="N", help="Paragraphs; 0: all.")
@_json_option
def check_adapter(
    file: Path, model: str | None, scale: float, actions: tuple[str, ...], few: int, as_json: bool
) -> int:
    """Measure whether the adapter FILE makes suggestions better.

    Suggestions are made without it and with it, which takes minutes.

    Exits 3 where something that is counted gets worse.
    """
    from meai.quality.check import USUAL, check
    from meai.quality.gate import as_table, verdict

    config = read_config(model=model)
    chosen = _model_of(_library(config), config)
    figures = check(
        *(config, chosen, file),
        scale=scale,
        actions=actions or USUAL,
        few=few,
        tell=lambda doing: click.echo(doing, err=True),
    )
    may_be_taken, why = verdict(figures)
    if as_json:
        _print_json(model=chosen.name, take=may_be_taken, why=why, figures=[asdict(figure) for figure in figures])
    else:
        click.echo(f"{as_table(figures)}\n\n{why}")
    return 0 if may_be_taken else LOSSES


def _model_of(library: ModelLibrary, config: Config) -> Model:
    """Return the model that *config* means. Raises NoModel where there is none."""
    found = library.find(config.model)
    if found is None:
        raise NoModel(f"There is no model yet; fetch one with `meai models pull {library.entries[0].name}`.")
    return found


def _library(config: Config) -> ModelLibrary:
    from meai.models.library import open_library

    return open_library(config.data_dir, config.elsewhere)


def _computer(config: Config) -> Computer:
    from meai.measured import this_computer

    return this_computer(config.cache_dir)


def _progress(label: str, doing: str = "Fetching") -> Callable[[int, int], None]:
    """Return what tells the terminal how much of *label* has come: in one line, or one for each quarter."""
    from meai.models.catalogue import megabytes
    from meai.models.pace import Pace, in_words

    live = sys.stderr.isatty()
    before, after = ("\r", "\x1b[K") if live else ("", "")
    pace = Pace()
    told: tuple[int, int] | None = None

    def progress(done: int, total: int) -> None:
        nonlocal told
        now_s = time.monotonic()
        pace.note(now_s, done)
        percent = 100 * done // (total or 1)
        step = (percent, int(2 * now_s)) if live else (percent // 25, 0)
        if step == told:
            return
        told = step
        left_s = pace.left_s(total)
        when = f", {megabytes(int(pace.bytes_per_s))}/s, {in_words(left_s)} left" if left_s and done < total else ""
        said = f"{doing} {label}: {percent if live else 25 * step[0]} % of {megabytes(total)}{when}"
        click.echo(f"{before}{said}{after}", nl=not live, err=True)
        click.echo("\n" * (live and done == total), nl=False, err=True)

    return progress


@cli.command()
@_model_option
@_engine_option
@_gpu_option
@_json_option
def bench(model: str | None, engine: str | None, gpu_layers: str | None, as_json: bool) -> None:
    """Measure how fast a model is here, against llama.cpp alone.

    Takes a minute or several.

    With --engine, how fast that engine is for one writer and for several at once; samples of our own go there.
    """
    from meai.bench.figures import as_table

    def tell(doing: str) -> None:
        click.echo(f"{doing} …", err=True)

    config = read_config(model=model, engine=engine, gpu_layers=gpu_layers)
    if config.engine is not None:
        from meai.bench.elsewhere import measured_elsewhere

        report, found = measured_elsewhere(config, tell)
        told: dict[str, object] = {"model": report.model, "engine": report.place, "server": report.server}
        heading = f"{report.model}, {report.server} at {report.place}"
    else:
        from meai.bench.run import run

        measured = run(config, tell)
        found = measured.figures
        told = {"model": measured.model, "file": measured.file, "threads": measured.threads}
        told["samples"] = measured.samples
        heading = f"{measured.model}, {measured.threads} threads, {measured.file}"
    if as_json:
        figures = {figure.key: figure.fields for figure in found}
        _print_json(**told, **{key: fields["value"] for key, fields in figures.items()}, figures=figures)
    else:
        click.echo(heading)
        click.echo(as_table(found))


@cli.command()
@click.option("--port", type=click.IntRange(0, 65535), metavar="N", help="The port to look at.")
@_model_option
@_engine_option
@_gpu_option
@_json_option
def doctor(port: int | None, model: str | None, engine: str | None, gpu_layers: str | None, as_json: bool) -> int:
    """Say what this installation is and whether it can work. Exits 1 where it cannot."""
    from meai.doctor import as_json as to_json
    from meai.doctor import as_text, examine

    findings = examine(read_config(port=port, model=model, engine=engine, gpu_layers=gpu_layers))
    click.echo(to_json(findings) if as_json else as_text(findings))
    return FAILED if any(finding.problem for finding in findings) else 0


def _read(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}.") from error


def _last_line_end(text: str) -> str:
    """Return what a terminal needs after *text*; a file or a pipe gets exactly the text."""
    return "\n" if sys.stdout.isatty() and not text.endswith("\n") else ""


def _write(content: bytes, output: Path | None) -> None:
    try:
        if output is None:
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
        else:
            output.write_bytes(content)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise MeaiError(f"{output or 'The output'} cannot be written: {error.strerror}.") from error


def _print_json(**fields: object) -> None:
    click.echo(json.dumps(fields, indent=2, ensure_ascii=False))


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and exit: 0 done, 1 failed, 2 wrong usage, 3 a strict report, 130 interrupted."""
    try:
        status = cli.main(args=arguments, prog_name="meai", standalone_mode=False)
    except click.ClickException as error:
        if isinstance(error, click.UsageError) and error.ctx and error.ctx.info_name == DEFAULT_COMMAND:
            # Nobody typed that word.
            error.ctx = error.ctx.parent
        error.show()
        status = error.exit_code
    except click.Abort:
        status = INTERRUPTED
    except MeaiError as error:
        click.echo(str(error), err=True)
        status = FAILED
    except Exception as error:
        if sys.flags.dev_mode:
            raise
        click.echo(
            f"ME_AI has a defect ({type(error).__name__}: {error}); `python -X dev -m meai` tells more.", err=True
        )
        status = FAILED
    sys.exit(status if isinstance(status, int) else 0)
