"""French localisation of argparse: its messages go through `_` and `ngettext`, as its own module imports them."""

from __future__ import annotations

import argparse

FRENCH = {
    "usage: ": "Utilisation\u00a0: ",
    "positional arguments": "Arguments\u00a0",
    "options": "Options\u00a0",
    "show this help message and exit": "afficher cette aide",
    "%(prog)s: error: %(message)s\n": "%(prog)s\u00a0: erreur\u00a0: %(message)s\n",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s\u00a0: %(message)s",
    "the following arguments are required: %s": "il manque\u00a0: %s",
    "one of the arguments %s is required": "il manque l’un de ces arguments\u00a0: %s",
    "unrecognized arguments: %s": "cette commande n’admet pas\u00a0: %s",
    "not allowed with argument %s": "ne s’emploie pas avec %s",
    "ambiguous option: %(option)s could match %(matches)s": "%(option)s peut être %(matches)s. Écrivez-la en entier",
    "ignored explicit argument %r": "la valeur «\u00a0%s\u00a0» est de trop",
    "expected one argument": "il faut une valeur",
    "expected at most one argument": "il faut une valeur au plus",
    "expected at least one argument": "il faut au moins une valeur",
    "expected %s argument": "il faut %s valeur",
    "expected %s arguments": "il faut %s valeurs",
    "invalid %(type)s value: %(value)r": "la valeur «\u00a0%(value)s\u00a0» n’est pas admise",
    "invalid choice: %(value)r (choose from %(choices)s)": (
        "«\u00a0%(value)s\u00a0» n’existe pas. Choisissez parmi\u00a0: %(choices)s"
    ),
}


def french_parser(prog: str, description: str) -> argparse.ArgumentParser:
    """Return a parser whose help and errors are in French, as are those of its subcommands."""
    vars(argparse).update(_=_french, ngettext=_french_plural)
    return argparse.ArgumentParser(prog=prog, description=description)


def _french(message: str) -> str:
    return FRENCH.get(message, message)


def _french_plural(singular: str, plural: str, count: int) -> str:
    return _french(singular if count < 2 else plural)
