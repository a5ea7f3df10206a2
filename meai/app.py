"""The application: constructs every part, wires it to the others, and can end them all. Decides nothing else."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from flask import Flask

from meai import assets
from meai.adapted import adapters_for
from meai.config import Config
from meai.documents import places, tables
from meai.documents.database import Database
from meai.documents.foreign.converter import Converter
from meai.documents.forgetting import Forgetting
from meai.documents.history import History
from meai.documents.journal import Journal
from meai.documents.receipts import Receipts
from meai.documents.search import Search
from meai.documents.store import DocumentStore
from meai.documents.upkeep import Upkeep
from meai.documents.watch import Watch
from meai.editing.actions import Action, own_action, with_own
from meai.editing.checker import Checker
from meai.editing.dictionary import Dictionary, dictionary_in
from meai.editing.marking import Marking
from meai.editing.proofread import Proofreader
from meai.editing.rewrite import Rewriter
from meai.inference.address import address_of
from meai.inference.engine import Engine
from meai.inference.remote import Remote
from meai.known import known_models
from meai.markdown.service import PreviewService
from meai.measured import this_computer
from meai.models.adapters import kept_adapters
from meai.models.catalogue import read_catalogue
from meai.models.download import Network
from meai.models.library import ModelLibrary, models_folder, open_library
from meai.models.shelf import Card, cards
from meai.settings.file import SettingsFile
from meai.settings.values import Settings
from meai.web import answers, dictionary, documents, drafts, exports, history, intake, pages, search, security, shelf
from meai.web import settings as settings_routes
from meai.web import socket as sockets
from meai.web.channel import Channels
from meai.web.models import CurrentModel

_STOP_WITHIN_S = 1.5


@dataclass(frozen=True, slots=True)
class Services:
    """What lives as long as the application; `app.extensions["meai"]`."""

    store: DocumentStore
    past: history.Past
    upkeep: Upkeep
    journal: Journal
    watch: Watch
    converter: Converter
    preview: PreviewService
    dictionary: Dictionary
    settings: SettingsFile
    checker: Checker
    marking: Marking
    engine: Engine | Remote
    library: ModelLibrary
    model: CurrentModel
    channels: Channels

    def start(self) -> None:
        """Start the children: the preview's, and the model's if there is one. Returns at once."""
        self.upkeep.start()
        self.watch.start()
        self.preview.start()
        self.model.start(self.engine)

    def stop(self) -> None:
        """Tell the pages, end the children. Returns within two seconds, whatever hangs."""
        self.model.close()
        self.channels.close()
        self.converter.close()
        self.marking.close()
        ends: tuple[Callable[[], None], ...] = (
            self.preview.close,
            self.checker.close,
            self.engine.close,
            self.upkeep.close,
            self.watch.close,
        )
        threads = [threading.Thread(target=end, name="stop", daemon=True) for end in ends]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(_STOP_WITHIN_S / len(threads))


def create_app(config: Config, *, token: str) -> Flask:
    """Return the application for *config*, to be used with *token*. Nothing runs before its services are started."""
    app = Flask(
        __name__,
        static_url_path="/static",
        static_folder=assets.find("static/dist"),
        template_folder=assets.find("templates"),
    )
    # “a//b” is no other way to write “a/b”: a redirect would lose the request's body.
    app.url_map.merge_slashes = False
    services = _services(config)
    app.extensions["meai"] = services
    answers.install(app)
    security.install(app, token)
    app.register_blueprint(pages.blueprint(_highlight_css, _modules))
    app.register_blueprint(documents.blueprint(services.store, services.journal))
    app.register_blueprint(drafts.blueprint(services.journal, services.store))
    app.register_blueprint(history.blueprint(services.past))
    app.register_blueprint(search.blueprint(Search(services.store)))
    app.register_blueprint(intake.blueprint(services.store, services.converter))
    app.register_blueprint(
        shelf.blueprint(lambda: _cards(services, config), lambda: kept_adapters(services.library), services.model)
    )
    app.register_blueprint(exports.blueprint(services.store, services.past.receipts))
    app.register_blueprint(dictionary.blueprint(services.dictionary))
    app.register_blueprint(settings_routes.blueprint(services.settings))
    wings = sockets.Wings(
        preview=services.preview,
        rewriter=_rewriter(services),
        marking=services.marking,
        model=services.model,
        journal=services.journal,
        watch=services.watch,
        settings=services.settings,
    )
    app.register_blueprint(sockets.blueprint(token, services.channels, wings))
    return app


def _services(config: Config) -> Services:
    library, network = open_library(config.data_dir, config.elsewhere), Network(config.hub, config.hub_key)
    model = CurrentModel(library, models_folder(config.data_dir), config.model, network, partial(adapters_for, library))
    database = Database(places.history_file(config.data_dir, config.workspace), tables.SCHEMA)
    trash, kept = places.trash_folder(config.data_dir, config.workspace), History(database)
    words, checker = dictionary_in(config.data_dir), Checker()
    store = DocumentStore(config.workspace, trash=trash, only=config.single, history=kept)
    journal = Journal(places.drafts_folder(config.data_dir, config.workspace))
    return Services(
        store=store,
        past=history.Past(store, kept, Receipts(database), Forgetting(store, database, journal)),
        upkeep=Upkeep(database),
        journal=journal,
        watch=Watch(store, recursive=config.single is None),
        converter=Converter(),
        preview=PreviewService(),
        dictionary=words,
        settings=SettingsFile(config.config_file),
        checker=checker,
        marking=Marking(checker, lambda: words.words),
        engine=_engine(config, model),
        library=library,
        model=model,
        channels=Channels(),
    )


def _engine(config: Config, model: CurrentModel) -> Engine | Remote:
    if config.engine is None:
        return Engine(model.engine_changed, cache=config.cache_dir, gpu_layers=config.gpu_layers)
    address = address_of(config.engine, plain_anywhere=config.engine_plain)
    return Remote(address, config.engine_key, config.model, model.engine_changed)


def _rewriter(services: Services) -> Rewriter:
    proofreader = Proofreader(services.checker, services.engine, lambda: services.dictionary.words)
    rewriter = Rewriter(
        services.engine, _actions(services.settings.settings), known_models(read_catalogue()), proofreader
    )

    def follow(settings: Settings) -> None:
        rewriter.actions = _actions(settings)

    # Before any page listens: what a page is told can be asked for.
    services.settings.listen(follow)
    return rewriter


def _actions(settings: Settings) -> Mapping[str, Action]:
    return with_own(own_action(each.name, each.instruction, each.key) for each in settings.action)


def _cards(services: Services, config: Config) -> tuple[Card, ...]:
    computer = this_computer(config.cache_dir)
    return cards(services.library, models_folder(config.data_dir), computer, services.model.named)


def _modules() -> list[str]:
    """What the page imports, as it was built; an older build does not say."""
    try:
        found: list[str] = json.loads(assets.find("static/dist/modules.json").read_text("utf-8"))
    except (OSError, ValueError):
        return []
    return found


def _highlight_css() -> str:
    # Only the first page needs it, and Pygments is slow to import.
    from meai.markdown.highlight import css

    return css()
