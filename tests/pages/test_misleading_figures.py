"""On the demonstration, no page names chance, nor extends a few weighings to the city without a range."""

from __future__ import annotations

from pathlib import Path

from tests.pages.conftest import Open, texts


def test_rankings_name_what_stands_out_and_the_city_is_estimated_with_a_range(open_app: Open, demo_file: Path) -> None:
    app = open_app(demo_file, "pages/comite/synthese.py")
    found = texts(app)
    assert "1 340 000 € entre 1 222 000 et 1 458 000 €, d’après 18,2 % des repas, pesée brute" in found
    assert "20 cantines pesées au moins 4 jours, dont 12 du pilote" in found
    assert "Gaspillage par repas (7 cantines pesées les deux fois)" in found
    found = texts(app.switch_page("pages/comite/gaspillage.py").run())
    assert "Rien de net : sur 32 plats servis au moins 8 jours" in found
    assert "nettement plus de surplus qu’attendu pour leur taille : surtout Isère (11,2 % au lieu de 7,1 %)" in found
    assert not app.exception
