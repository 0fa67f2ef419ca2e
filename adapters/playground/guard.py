"""The guard: the playground answers its own page and its own server, on this machine, and nobody else."""

import functools
import ipaddress
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


def for_the_page(handler: Handler) -> Handler:
    """Let only the page itself through: a loopback host (DNS rebinding), and no gesture that another site sends (cross-site requests)."""

    @functools.wraps(handler)
    async def guarded(request: web.Request) -> web.StreamResponse:
        _refuse_strange_host(request)
        if request.method not in ("GET", "HEAD") and not _is_same_origin(request):
            raise web.HTTPForbidden(text="The playground takes gestures from its own page only.\n")
        return await handler(request)

    return guarded


def for_the_server(handler: Handler) -> Handler:
    """Let only programs through: what a platform would answer is no browser's business."""

    @functools.wraps(handler)
    async def guarded(request: web.Request) -> web.StreamResponse:
        _refuse_strange_host(request)
        if "Origin" in request.headers or "Sec-Fetch-Site" in request.headers:
            raise web.HTTPForbidden(text="The playground's platform routes are for the bot, not for browsers.\n")
        return await handler(request)

    return guarded


def page_headers() -> dict[str, str]:
    """Return the headers of the page and of what it loads."""
    return dict(_HEADERS)


def _refuse_strange_host(request: web.Request) -> None:
    if not is_loopback(request.host):
        raise web.HTTPForbidden(text="The playground answers on this machine only: open it by its 127.0.0.1 or localhost address.\n")


def is_loopback(host: str) -> bool:
    """Tell whether a Host header, such as `localhost:3978` or `[::1]:3978`, names this machine."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _is_same_origin(request: web.Request) -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    # A browser too old for Sec-Fetch-Site still sends Origin with every POST; a program may send neither.
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host
