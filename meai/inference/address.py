"""Where a remote engine is: its URL taken apart and judged before anything is sent there. Knows no connection."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from meai.errors import BadInput

_PORTS = {"http": 80, "https": 443}
_WAY_OUT = "give it as https://HOST/v1, or as http://HOST:PORT/v1 on this machine or in your own network"


@dataclass(frozen=True, slots=True)
class Address:
    """An OpenAI-compatible server."""

    secure: bool
    """Whether it is spoken to by https."""
    host: str
    port: int
    path: str
    """What stands before `/chat/completions`, such as `/v1`; without a slash at the end."""
    plain_anywhere: bool = False
    """Whether plain http is allowed to any host, and not only to this machine and private networks."""

    @property
    def place(self) -> str:
        """The host, and the port where it is not the usual one, as people write them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = self.port == _PORTS["https" if self.secure else "http"]
        return host if usual else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The whole address."""
        return f"{'https' if self.secure else 'http'}://{self.place}{self.path}"

    @property
    def root(self) -> str:
        """The path above `/v1`, where a server has what is its own."""
        return self.path.removesuffix("/v1")

    @property
    def is_here(self) -> bool:
        """Whether it names this machine."""
        return self.host == "localhost" or (_is_ip(self.host) and ipaddress.ip_address(self.host).is_loopback)


def address_of(url: str, *, plain_anywhere: bool = False) -> Address:
    """Return *url* taken apart; one without a path means `/v1`. Raises BadInput, without the URL where it has a key."""
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        raise BadInput(f"The engine's address {url!r} makes no sense; {_WAY_OUT}.") from error
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise BadInput(
            "The engine's address must have no name, key or question in it; put the key into MEAI_ENGINE_KEY."
        )
    if parts.scheme not in _PORTS or not host or any(letter <= " " or letter == "\x7f" for letter in url.strip()):
        raise BadInput(f"The engine's address {url!r} is no address of a server; {_WAY_OUT}.")
    if parts.scheme == "http" and not plain_anywhere and _is_ip(host) and not is_private(host):
        raise BadInput(plain_refused(host))
    path = parts.path.rstrip("/") or "/v1"
    return Address(parts.scheme == "https", host, port or _PORTS[parts.scheme], path, plain_anywhere)


def is_private(ip: str) -> bool:
    """Return whether *ip* is this machine's or one of a private network."""
    address = ipaddress.ip_address(ip.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return not address.is_global and not address.is_multicast and not address.is_unspecified


def plain_refused(host: str) -> str:
    """Return why nothing is sent to *host* without encryption."""
    return (
        f"{host} is outside this machine and its private networks, and what goes there by plain http can be read on "
        "the way; use https, or set MEAI_ENGINE_PLAIN=1 if you accept that."
    )


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True
