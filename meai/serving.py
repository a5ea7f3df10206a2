"""A workspace served until someone says stop: its folder, its token, its address, its page in a browser.

Knows nothing of connections, which are `server.py`'s, and of what is served, which `app.py` puts together.
"""

from __future__ import annotations

import atexit
import sys
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from meai import logs
from meai.app import Services, create_app
from meai.browser import open_page
from meai.config import Config, read_config
from meai.documents.places import workspace_id
from meai.documents.welcome import first_run
from meai.errors import MeaiError
from meai.lease import Lease, hold
from meai.server import HOST, is_free, serve
from meai.web.security import kept_token, new_token

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

NOT_LOADED = 4
"""The exit status by which gunicorn knows that starting a worker anew would not help."""


def run(config: Config) -> None:
    """Serve the workspace of *config* until SIGINT or SIGTERM, its address printed as one line on stdout.

    Raises PortTaken, WorkspaceTaken where it is served already, BadInput for a token file that is none, or
    DocumentNotWritten where a folder that is not there yet cannot be made.
    """
    with ExitStack() as at_the_end:
        house = _opened(config, at_the_end)

        def ready(port: int) -> None:
            url = house.announce(port)
            if config.open_browser:
                with suppress(OSError):
                    at_the_end.callback(open_page(url, config.cache_dir).unlink, missing_ok=True)

        serve(house.app, _port(config, house.lease), ready=ready, stop=house.services.stop)


def application() -> WSGIApplication:
    """Return the application for gunicorn: one worker, with a thread for each connection, on loopback.

    What it serves is what `meai` serves without arguments; `MEAI_PORT` must be the port that gunicorn listens on. What
    keeps it from starting is one sentence on stderr, and the end of the process.
    """
    at_the_end = ExitStack()
    try:
        config = read_config(open_browser=False)
        house = _opened(config, at_the_end)
    except MeaiError as error:
        at_the_end.close()
        print(error, file=sys.stderr, flush=True)
        sys.exit(NOT_LOADED)
    at_the_end.callback(house.services.stop)
    atexit.register(at_the_end.close)
    house.announce(_port(config, house.lease))
    return house.app


@dataclass(frozen=True, slots=True)
class _House:
    """A workspace that is held, and the application for it, whose services have not begun."""

    app: WSGIApplication
    services: Services
    token: str
    lease: Lease

    def announce(self, port: int) -> str:
        """Begin, tell the address at *port*, and return it with its token."""
        self.services.start()
        address = f"http://{HOST}:{port}/"
        self.lease.announce(address)
        url = f"{address}#token={self.token}"
        print(f"ME_AI is running at {url}", flush=True)
        return url


def _opened(config: Config, at_the_end: ExitStack) -> _House:
    # What was given as PATH is there; the default folder, or the one of a setting, may be missing.
    if not config.workspace.is_dir():
        first_run(config.workspace)
    served = config.workspace / (config.single or "")
    at_the_end.enter_context(logs.installed())
    lease = at_the_end.enter_context(hold(config.data_dir / "servers", workspace_id(served), served))
    token = kept_token(config.token_file) if config.token_file is not None else new_token()
    app = create_app(config, token=token)
    return _House(app, app.extensions["meai"], token, lease)


def _port(config: Config, lease: Lease) -> int:
    """Return the port that was asked for, or the workspace's own."""
    return config.port if config.port_given or config.port == 0 else lease.port(config.port, is_free)
