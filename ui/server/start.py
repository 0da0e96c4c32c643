"""Start of the server: its options, the checks before it serves, the address to open."""

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

from ui import access, daily, local_key, session, warm
from ui.api import command
from ui.server import preload, sign_in
from ui.server.application import SCRIPT, Application

LOOPBACK = ("127.0.0.1", "localhost", "::1")
NEEDED_SETTINGS = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
# Options that nobody may set: the gate expects paths from the root, the hosts follow from the public address, TLS ends
# at the proxy, and the theme is ours.
FIXED_OPTIONS = ("server.baseUrlPath", "server.allowedHosts", "server.ssl", "theme.")
HELP = """Démarrer l’application\u00a0: python -m ui [--server.port 8502] [--server.headless true]

  --server.port NUMÉRO       le port (8501)
  --server.headless true     ne pas ouvrir de navigateur
  --server.address ADRESSE   l’adresse à écouter (127.0.0.1\u00a0; une autre demande une connexion configurée)

Les autres réglages sont dans .streamlit/config.toml, chacun avec sa raison."""
BROWSER_DELAY = 1.0  # seconds; once ready, the server needs a moment before it listens


def main(arguments: list[str]) -> int:
    """Serve until stopped, with options as `--server.port 8502`; when impossible, print why in French and return 1."""
    # For a folder named `pages`, Streamlit uses its old router until its first visitor is served. A first visitor who
    # opens the address of a page would see “Page not found”, in English, over that page. So the old router is off.
    PagesManager.uses_pages_directory = False
    # Streamlit would call an outside address to learn the public IP of this machine. We never call out.
    net_util.get_external_ip = net_util.get_internal_ip = lambda: None
    sys.argv = [str(SCRIPT)]
    if "--help" in arguments:
        print(HELP)
        return 0
    config._main_script_path = str(SCRIPT)  # Streamlit looks for its configuration beside it
    options = _options(arguments)
    problem = _problem(options)
    if problem:
        print(problem, file=sys.stderr)
        return 1
    application = Application(_lifespan(open_browser=not _value(options, "server.headless")))
    _raise_descriptor_limit()
    with suppress(KeyboardInterrupt):
        application.run(config=options | _derived_options(options))
    # Exit at once: some libraries would print warnings in English about objects that are not freed.
    os._exit(0)


def _raise_descriptor_limit() -> None:
    """Raise the limit of open files to the system's maximum: a thousand idle connections would block everybody else."""
    _, hard_limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard_limit, hard_limit))


def _options(arguments: list[str]) -> dict[str, Any]:
    """Return the options of the environment (STREAMLIT_SERVER_PORT) and of the command line (`--server.port 8502`)."""
    templates = config._config_options_template
    texts = {name: os.environ[option.env_var] for name, option in templates.items() if _is_set(option)}
    words = [part for word in arguments for part in word.split("=", 1)]
    # A last word without a value becomes an option with an empty value, which `_problem` refuses.
    texts |= {name.removeprefix("--"): text for name, text in zip_longest(words[::2], words[1::2], fillvalue="")}
    values: dict[str, Any] = {"true": True, "false": False}
    return {name: values.get(text, int(text) if text.isdecimal() else text) for name, text in texts.items()}


def _is_set(option: ConfigOption) -> bool:
    return option.env_var in os.environ and not option.sensitive


def _problem(options: Mapping[str, Any]) -> str | None:
    """Return why the application must not start, in French, or None."""
    for name, value in options.items():
        option = config._config_options_template.get(name)
        if option is None or option.sensitive or name.startswith(FIXED_OPTIONS):
            return f"L’option «\u00a0{name}\u00a0» n’existe pas ici. Exemple d’option\u00a0: --server.port 8502."
        if not isinstance(value, option.type):
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
    """Return which settings of the sign-in are missing, in French, or None."""
    missing = [name for name in NEEDED_SETTINGS if not st.secrets["auth"].get(name)]
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


def _derived_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that are computed from the others."""
    hosts = list(_value(options, "server.allowedHosts"))
    if access.sign_in_configured():
        hosts.append(str(urlsplit(sign_in.public_origin()).hostname))
    # We print the address ourselves, and open the browser ourselves.
    return {"server.allowedHosts": hosts, "logger.hideWelcomeMessage": True, "server.headless": True}


def _value(options: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401
    return options.get(name, config.get_option(name))


def _rate_limited_handler() -> Callable[[asyncio.AbstractEventLoop, dict[str, Any]], None]:
    """Return the error handler of the event loop; it reports too many connections at most once a minute."""
    last_warning = 0.0

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        nonlocal last_warning
        if "out of system resource" not in context["message"]:
            loop.default_exception_handler(context)
        elif loop.time() - last_warning > 60:
            last_warning = loop.time()
            print("\n  Trop de connexions à la fois\u00a0: les nouvelles attendent.", file=sys.stderr, flush=True)

    return handle


def _lifespan(*, open_browser: bool) -> Any:  # noqa: ANN401
    """Return the lifespan of the server: at the start it prints the address to open, at the end it closes the store.

    What pages load is loaded in the background meanwhile.
    """

    @asynccontextmanager
    async def lifespan(_: App) -> AsyncIterator[None]:
        asyncio.get_running_loop().set_exception_handler(_rate_limited_handler())
        if access.sign_in_configured():
            print(f"\n  Antigaspi est prêt\u00a0: {sign_in.public_origin()}\n", flush=True)
        else:
            address = local_key.one_time_address(int(config.get_option("server.port")))
            print("\n  Antigaspi est prêt. Ouvrez cette adresse sur ce poste (elle ne sert qu’une fois)\u00a0:\n")
            print(f"  {address}\n", flush=True)
            if open_browser:
                threading.Timer(BROWSER_DELAY, webbrowser.open, [address]).start()
        threading.Thread(target=preload.load, name="preload", daemon=True).start()
        daily.start()
        warm.start()
        command.start(str(config.get_option("server.address")), int(config.get_option("server.port")))
        yield
        command.stop()
        warm.stop()
        daily.stop()
        session.close()
        print("\n  Antigaspi est arrêté.", flush=True)

    return lifespan
