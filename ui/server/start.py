"""Start the server: its options, what must be right before it serves, the address to open."""

from __future__ import annotations

import asyncio
import os
import resource
import socket
import sys
import threading
import webbrowser
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from itertools import zip_longest
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from streamlit import config, net_util
from streamlit.config_option import ConfigOption
from streamlit.runtime.pages_manager import PagesManager
from streamlit.web.server.starlette.starlette_app import App

from ui import access, local_key, session
from ui.server import sign_in
from ui.server.application import SCRIPT, Application

LOOPBACK = ("127.0.0.1", "localhost", "::1")
NEEDED = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
# The gate knows addresses from the root, hosts follow from the public address, TLS ends at the proxy, the look is ours.
NOT_OURS = ("server.baseUrlPath", "server.allowedHosts", "server.ssl", "theme.")
HELP = """Démarrer l’application\u00a0: python -m ui [--server.port 8502] [--server.headless true]

  --server.port NUMÉRO       le port (8501)
  --server.headless true     ne pas ouvrir de navigateur
  --server.address ADRESSE   l’adresse à écouter (127.0.0.1\u00a0; une autre demande une connexion configurée)

Les autres réglages sont dans .streamlit/config.toml, chacun avec sa raison."""
BEFORE_ITS_ADDRESS = 1.0  # seconds until the server listens, once it is ready


def main(arguments: list[str]) -> int:
    """Serve until stopped, with options as `--server.port 8502`; return 1, with a French sentence, when it cannot."""
    # Streamlit keeps its old router for a folder named `pages` until a first visitor is served: whoever came first by
    # a page's own address would read “Page not found”, in English, over that page.
    PagesManager.uses_pages_directory = False
    # Streamlit would ask an outside address what this machine is called. No call out, ever.
    net_util.get_external_ip = net_util.get_internal_ip = lambda: None
    sys.argv = [str(SCRIPT)]
    if "--help" in arguments:
        print(HELP)
        return 0
    config._main_script_path = str(SCRIPT)  # beside which the configuration is
    options = _options(arguments)
    problem = _problem(options)
    if problem:
        print(problem, file=sys.stderr)
        return 1
    application = Application(_ready(open_browser=not _value(options, "server.headless")))
    _use_every_descriptor()
    with suppress(KeyboardInterrupt):
        application.run(config=options | _settled(options))
    # At once: libraries that count their own objects would tell in English of those left.
    os._exit(0)


def _use_every_descriptor() -> None:
    """Let as many connections wait as the system allows: a thousand idle ones would keep everybody else out."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _options(arguments: list[str]) -> dict[str, Any]:
    """Return the options of the environment (STREAMLIT_SERVER_PORT) and of the command line (`--server.port 8502`)."""
    templates = config._config_options_template
    texts = {name: os.environ[known.env_var] for name, known in templates.items() if _set(known)}
    words = [part for word in arguments for part in word.split("=", 1)]
    # A word without its pair is kept as an option without a value, which is then refused by its name.
    texts |= {name.removeprefix("--"): text for name, text in zip_longest(words[::2], words[1::2], fillvalue="")}
    values: dict[str, Any] = {"true": True, "false": False}
    return {name: values.get(text, int(text) if text.isdecimal() else text) for name, text in texts.items()}


def _set(known: ConfigOption) -> bool:
    return known.env_var in os.environ and not known.sensitive


def _problem(options: Mapping[str, Any]) -> str | None:
    """Return why the application must not start, in French, or None."""
    for name, value in options.items():
        known = config._config_options_template.get(name)
        if known is None or known.sensitive or name.startswith(NOT_OURS):
            return f"L’option «\u00a0{name}\u00a0» n’existe pas ici. Exemple d’option\u00a0: --server.port 8502."
        if not isinstance(value, known.type):
            return f"L’option «\u00a0{name}\u00a0» n’admet pas la valeur «\u00a0{value}\u00a0». Corrigez-la."
    address, port = str(_value(options, "server.address")), _value(options, "server.port")
    if not isinstance(port, int) or not 0 < port < 65536:
        return f"Le port «\u00a0{port}\u00a0» n’est pas un nombre de 1 à 65535. Choisissez par exemple 8502."
    if access.sign_in_configured():
        if missing := missing_settings():
            return missing
    elif address not in LOOPBACK:
        return (
            f"L’adresse {address} s’ouvre à d’autres machines, et aucune connexion n’est configurée\u00a0: rien n’est "
            "démarré. Configurez-la dans .streamlit/secrets.toml (voir README.md), ou gardez l’adresse 127.0.0.1."
        )
    return _port_taken(address, port) or session.cannot_open()


def missing_settings() -> str | None:
    """Return what the configured sign-in lacks, in French, or None."""
    missing = [name for name in NEEDED if not st.secrets["auth"].get(name)]
    if not missing:
        return None
    return (
        f"La section [auth] de .streamlit/secrets.toml n’a pas\u00a0: {', '.join(missing)}. "
        "Complétez-la (voir README.md), puis démarrez à nouveau."
    )


def _port_taken(address: str, port: int) -> str | None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return (
                f"Le port {port} de {address} n’est pas libre\u00a0: l’application tourne sans doute déjà. Arrêtez-la, "
                f"ou choisissez un autre port (make run PORT={port + 1})."
            )
    return None


def _settled(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that follow from the others."""
    hosts = list(_value(options, "server.allowedHosts"))
    if access.sign_in_configured():
        hosts.append(str(urlsplit(sign_in.public_origin()).hostname))
    # We write the address to open, and open it, ourselves.
    return {"server.allowedHosts": hosts, "logger.hideWelcomeMessage": True, "server.headless": True}


def _value(options: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401
    return options.get(name, config.get_option(name))


def _logged_now_and_then() -> Callable[[asyncio.AbstractEventLoop, dict[str, Any]], None]:
    """Return what tells a fault of the event loop: at most once a minute when connections are too many."""
    last = 0.0

    def tell(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        nonlocal last
        if "out of system resource" not in context["message"]:
            loop.default_exception_handler(context)
        elif loop.time() - last > 60:
            last = loop.time()
            print("\n  Trop de connexions à la fois\u00a0: les nouvelles attendent.", file=sys.stderr, flush=True)

    return tell


def _ready(*, open_browser: bool) -> Any:  # noqa: ANN401
    """Return what runs while the server is up: it first says which address to open."""

    @asynccontextmanager
    async def lifespan(_: App) -> AsyncIterator[None]:
        asyncio.get_running_loop().set_exception_handler(_logged_now_and_then())
        if access.sign_in_configured():
            print(f"\n  Antigaspi est prêt\u00a0: {sign_in.public_origin()}\n", flush=True)
        else:
            address = local_key.one_time_address(int(config.get_option("server.port")))
            print("\n  Antigaspi est prêt. Ouvrez cette adresse sur ce poste (elle ne sert qu’une fois)\u00a0:\n")
            print(f"  {address}\n", flush=True)
            if open_browser:
                threading.Timer(BEFORE_ITS_ADDRESS, webbrowser.open, [address]).start()
        yield
        session.close()
        print("\n  Antigaspi est arrêté.", flush=True)

    return lifespan
