"""What the pages say of exceptional days, of incomplete days, and of the period that is chosen."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from streamlit.testing.v1 import AppTest

from data.deposit.apply import apply
from data.store import Store
from tests.pages.conftest import Open, texts
from ui import session

EVERYTHING = "Tous les chiffres"
SYNTHESE, GASPILLAGE = "pages/comite/synthese.py", "pages/comite/gaspillage.py"
LAST_DAY = date(2026, 6, 4)


def figure(app: AppTest, label: str) -> tuple[str, str]:
    metrics = [metric for metric in app.metric if metric.label == label]
    assert len(metrics) == 1, texts(app)
    (metric,) = metrics
    return plain(metric.value), plain(metric.delta)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def captions(app: AppTest) -> str:
    return plain("\n".join(caption.value for caption in app.caption))


def test_each_rate_stands_beside_what_it_is_with_the_exceptional_days_or_without(
    open_app: Open, demo_file: Path
) -> None:
    rates = {}
    for choice in ("Sans", "Avec"):
        app = open_app(demo_file, GASPILLAGE, annee="2025-2026", jours=choice)
        rates[choice], note = figure(app, "Surproduction")
        other = "avec" if choice == "Sans" else "sans"
        assert f"% {other} les jours exceptionnels" in note
        assert "2 jours exceptionnels (grève le 16/10/2025 et le 09/02/2026)" in texts(app)
        assert "journées exceptionnelles d’une seule cantine (sortie" in texts(app)
    synthese = open_app(demo_file, SYNTHESE, essentiel_vue=EVERYTHING, annee="2025-2026")
    assert rates["Sans"] != rates["Avec"] and rates["Avec"] in figure(synthese, "Surproduction")[1]


def test_one_line_of_a_new_day_moves_no_date_and_no_mean(open_app: Open, demo_store: Path) -> None:
    before = open_app(demo_store, SYNTHESE, essentiel_vue=EVERYTHING, annee="2025-2026")
    mean = figure(before, "Repas servis")[1]
    session.close()
    store = Store(demo_store)
    label = store.read(
        "SELECT site, site_kind FROM service_points WHERE canteen IS NOT NULL ORDER BY ALL LIMIT 1"
    ).iloc[0]
    line = f"{label['site']};{label['site_kind']};{LAST_DAY + timedelta(days=1):%d/%m/%Y};60;50"
    apply(store, "j.csv", f"site_nom;site_type;date;prevision;reel\n{line}\n".encode(), "test")
    store.close()
    after = open_app(demo_store, SYNTHESE, essentiel_vue=EVERYTHING, annee="2025-2026")
    assert figure(after, "Repas servis")[1] == mean
    assert "Données jusqu’au 04/06/2026" in captions(after)
    assert "Journée incomplète laissée de côté : le 05/06/2026 (1 point de service sur" in captions(after)
    assert "Repas connus jusqu’au 04/06/2026" in texts(after)


def test_the_schools_equipped_are_those_of_the_period(open_app: Open, demo_file: Path) -> None:
    app = open_app(demo_file, SYNTHESE, essentiel_vue=EVERYTHING, annee="2025-2026", periode="Toussaint – Noël")
    value, note = figure(app, "Écoles équipées")
    assert value == "2 sur 12"
    assert note.startswith("au 19/12/2025 ; aujourd’hui 7, 7 écoles raccordées")


def one_line(path: Path, day: date, planned: int, served: int) -> str:
    """Deposit one service and return the label of its canteen."""
    session.close()
    store = Store(path)
    point = "SELECT site, site_kind, canteen FROM service_points WHERE canteen IS NOT NULL ORDER BY ALL LIMIT 1"
    label = store.read(point).iloc[0]
    line = f"{label['site']};{label['site_kind']};{day:%d/%m/%Y};{planned};{served}"
    apply(store, "j.csv", f"site_nom;site_type;date;prevision;reel\n{line}\n".encode(), "test")
    store.close()
    return str(label["canteen"])


def weeks(app: AppTest) -> dict[str, list]:
    """Return the weeks of the first chart of Gaspillage, with the meals in excess and those that were short."""
    surplus, shortage, *_ = json.loads(app.get("plotly_chart")[0].proto.spec)["data"]
    above, below = (np.frombuffer(b64decode(one["y"]["bdata"]), one["y"]["dtype"]) for one in (surplus, shortage))
    return {week: [*pair] for week, *pair in zip(surplus["x"], above.tolist(), below.tolist(), strict=True)}


def test_neither_the_first_line_of_a_week_nor_a_typing_error_makes_the_highest_week(
    open_app: Open, demo_store: Path
) -> None:
    query = {"annee": "2025-2026", "mesure": "repas"}
    before = weeks(open_app(demo_store, GASPILLAGE, **query))
    one_line(demo_store, LAST_DAY + timedelta(days=4), 10, 60)
    app = open_app(demo_store, GASPILLAGE, **query)
    assert weeks(app) == before
    assert "Trop peu de cantines connues, donc pas comptés ici : 08/06/2026." in texts(app)
    one_line(demo_store, LAST_DAY, 100, 5000)
    app = open_app(demo_store, GASPILLAGE, **query)
    changed = weeks(app)
    assert all(abs(changed[week][1] - before[week][1]) < 100 for week in before)
    assert "fautes de frappe évidentes" in texts(app)
