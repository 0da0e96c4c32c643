"""On the demonstration, no page names chance, nor extends a few weighings to the city without a range."""

from __future__ import annotations

import re
from pathlib import Path

from tests.pages.conftest import Open, texts
from ui.kit.blocks import EVERYTHING


def test_rankings_name_what_stands_out_and_the_city_is_estimated_with_a_range(open_app: Open, demo_file: Path) -> None:
    app = open_app(demo_file, "pages/comite/synthese.py", essentiel_vue="Tous les chiffres")
    found = texts(app)
    assert re.search(
        r"1 \d{3} 000 € entre 1 \d{3} 000 et 1 \d{3} 000 €, d’après 1\d,\d % des repas, pesée brute", found
    )
    assert "20 cantines pesées au moins 4 jours, dont 12 du pilote" in found
    assert "Gaspillage par repas (7 cantines pesées les deux fois)" in found
    found = texts(open_app(demo_file, "pages/comite/gaspillage.py", volet=EVERYTHING))
    assert re.search(r"Rien de net : sur \d+ plats servis au moins 8 jours, aucun", found)
    assert re.search(r"Sur 8\d cantines, \d ont nettement plus de repas en trop qu’attendu pour leur taille : ", found)
    assert not app.exception
