"""A workspace served until someone says stop: its folder, its token, its address, its page in a browser.

Knows nothing of connections, which are `server.py`'s, and of what is served, which `app.py` puts together.
"""

from __future__ import annotations

from contextlib import ExitStack, suppress

from meai.app import create_app
from meai.browser import open_page
from meai.config import Config
from meai.documents.welcome import first_run
from meai.server import HOST, is_free, serve
from meai.web.security import new_token

NEIGHBOURS = 10


def run(config: Config) -> None:
    """Serve the workspace of *config* until SIGINT or SIGTERM, its address printed as one line on stdout.

    Raises PortTaken, or DocumentNotWritten where a folder that is not there yet cannot be made.
    """
    # What was given as PATH is there; the default folder, or the one of a setting, may be missing.
    if not config.workspace.is_dir():
        first_run(config.workspace)
    token = new_token()
    app = create_app(config, token=token)
    services = app.extensions["meai"]
    with ExitStack() as at_the_end:

        def ready(port: int) -> None:
            services.start()
            url = f"http://{HOST}:{port}/#token={token}"
            print(f"ME_AI is running at {url}", flush=True)
            if config.open_browser:
                with suppress(OSError):
                    at_the_end.callback(open_page(url, config.cache_dir).unlink, missing_ok=True)

        serve(app, _free_port(config), ready=ready, stop=services.stop)


def _free_port(config: Config) -> int:
    """Return the port of *config*, or one near it if that is taken and nobody asked for it."""
    if config.port_given or config.port == 0:
        return config.port
    near = range(config.port, min(config.port + NEIGHBOURS, 65536))
    return next((port for port in near if is_free(port)), config.port)
