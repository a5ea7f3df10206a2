"""A workspace served until someone says stop: its folder, its token, its address, its page in a browser.

Knows nothing of connections, which are `server.py`'s, and of what is served, which `app.py` puts together.
"""

from __future__ import annotations

from contextlib import ExitStack, suppress

from meai import logs
from meai.app import create_app
from meai.browser import open_page
from meai.config import Config
from meai.documents.places import workspace_id
from meai.documents.welcome import first_run
from meai.lease import Lease, hold
from meai.server import HOST, is_free, serve
from meai.web.security import new_token


def run(config: Config) -> None:
    """Serve the workspace of *config* until SIGINT or SIGTERM, its address printed as one line on stdout.

    Raises PortTaken, WorkspaceTaken where it is served already, or DocumentNotWritten where a folder that is not there
    yet cannot be made.
    """
    # What was given as PATH is there; the default folder, or the one of a setting, may be missing.
    if not config.workspace.is_dir():
        first_run(config.workspace)
    served = config.workspace / (config.single or "")
    with ExitStack() as at_the_end:
        at_the_end.enter_context(logs.installed())
        lease = at_the_end.enter_context(hold(config.data_dir / "servers", workspace_id(served), served))
        token = new_token()
        app = create_app(config, token=token)
        services = app.extensions["meai"]

        def ready(port: int) -> None:
            services.start()
            address = f"http://{HOST}:{port}/"
            url = f"{address}#token={token}"
            lease.announce(address)
            print(f"ME_AI is running at {url}", flush=True)
            if config.open_browser:
                with suppress(OSError):
                    at_the_end.callback(open_page(url, config.cache_dir).unlink, missing_ok=True)

        serve(app, _port(config, lease), ready=ready, stop=services.stop)


def _port(config: Config, lease: Lease) -> int:
    """Return the port that was asked for, or the workspace's own."""
    return config.port if config.port_given or config.port == 0 else lease.port(config.port, is_free)
