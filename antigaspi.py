"""One entry point: `python -m antigaspi COMMANDE`, for the application, the data and the forecasts."""

from __future__ import annotations

import sys

OF_DATA = ("import", "deposits", "undo", "redo", "export", "backup", "restore", "user", "demo", "empty")
HELP = """Utilisation\u00a0: python -m antigaspi COMMANDE [options]

  run         démarrer l’application (run --server.port 8502)
  check       vérifier que l’installation est saine
  import      déposer des fichiers\u00a0; deposits, undo, redo\u00a0: l’historique, annuler, rétablir
  export      donner les données, pour Excel ou en données ouvertes
  refresh     calculer les prévisions\u00a0; backtest\u00a0: les juger sur une période passée
  backup      écrire une copie complète\u00a0; restore\u00a0: remettre une copie à la place de la base
  user        créer, modifier ou désactiver un compte
  demo        charger la démonstration\u00a0; empty\u00a0: la retirer

« COMMANDE --help » décrit une commande. Si l’application tourne, la commande passe par elle."""


def main(arguments: list[str]) -> int:
    """Run one command; return its exit code."""
    if not arguments or arguments[0] in ("help", "-h", "--help"):
        print(HELP)
        return 0
    # Each part loads what it needs: Streamlit, Prophet and DuckDB take seconds, and none needs all three.
    if arguments[0] == "run":
        from ui.server.start import main as run

        return run(arguments[1:])
    if arguments[0] == "check":
        from ui.server.check import main as check

        return check()
    if arguments[0] in ("refresh", "backtest"):
        from models.__main__ import main as models

        return models(arguments)
    if arguments[0] in OF_DATA:
        from data.cli import main as data

        return data(arguments)
    print(f"La commande «\u00a0{arguments[0]}\u00a0» n’existe pas.\n\n{HELP}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
