"""Xandikos behind Basic, with or without TLS.

python -m tests.servers.xandikos_app FOLDER PORT USER PASSWORD [CERTIFICATE KEY]
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import ssl
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web
from xandikos.web import SingleUserFilesystemBackend, XandikosApp


def application(folder: Path, user: str, password: str) -> web.Application:
    folder.mkdir(parents=True, exist_ok=True)
    principal = f"/{user}/"
    backend = SingleUserFilesystemBackend(str(folder))
    backend._mark_as_principal(principal)  # type: ignore[no-untyped-call]  # xandikos has types in part
    backend.create_principal(principal, create_defaults=True)  # type: ignore[no-untyped-call]
    xandikos = XandikosApp(backend, current_user_principal=principal, strict=True)
    expected = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

    @web.middleware
    async def signed_in(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if hmac.compare_digest(request.headers.get("Authorization", ""), expected):
            return await handler(request)
        return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="xandikos"'})

    async def serve(request: web.Request) -> web.StreamResponse:
        answer: web.StreamResponse = await xandikos.aiohttp_handler(request, "/")  # type: ignore[no-untyped-call]
        return answer

    app = web.Application(middlewares=[signed_in], client_max_size=1 << 30)

    async def well_known(_: web.Request) -> web.StreamResponse:
        raise web.HTTPMovedPermanently("/")

    app.router.add_route("*", "/.well-known/caldav", well_known)  # as its own command does
    app.router.add_route("*", "/{path_info:.*}", serve)
    return app


async def main(arguments: list[str]) -> None:
    folder, port, user, password, *certificate = arguments
    context = None
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*certificate)
    runner = web.AppRunner(application(Path(folder), user, password))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(port), ssl_context=context).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
