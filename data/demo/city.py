"""The fictional city of the demonstration: canteens, schools, enrolments, labels of the log."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

FLOWERS = (
    "Acacias", "Ancolies", "Anémones", "Arums", "Aubépines", "Azalées", "Bleuets", "Bruyères", "Camélias",
    "Campanules", "Capucines", "Clématites", "Coquelicots", "Cyclamens", "Dahlias", "Églantines", "Freesias",
    "Fuchsias", "Gentianes", "Glycines", "Hortensias", "Iris", "Jasmins", "Jonquilles", "Lavandes", "Lilas", "Lupins",
    "Mimosas", "Myosotis", "Pivoines",
)  # fmt: skip
RIVERS = (
    "Allier", "Ardèche", "Argens", "Ariège", "Arroux", "Aude", "Aveyron", "Charente", "Corrèze", "Creuse", "Dordogne",
    "Doubs", "Drôme", "Durance", "Gardon", "Garonne", "Hérault", "Isère", "Lot", "Meuse", "Moselle", "Ognon", "Ourcq",
    "Saône", "Sarthe", "Tarn", "Truyère", "Vézère", "Vienne", "Yonne",
)  # fmt: skip
SCIENTISTS = (
    "Ada Lovelace", "Alan Turing", "Alfred Kastler", "Barbara McClintock", "Blaise Pascal", "Carl Linné",
    "Caroline Herschel", "Dorothy Hodgkin", "Émilie du Châtelet", "Emmy Noether", "Évariste Galois", "Galilée",
    "Grace Hopper", "Hypatie", "Irène Joliot", "Isaac Newton", "Johannes Kepler", "Joseph Fourier",
    "Katherine Johnson", "Lise Meitner", "Mary Anning", "Nicolas Copernic", "Pierre de Fermat", "Rosalind Franklin",
    "Rachel Carson", "Sophie Germain", "Yvonne Choquet",
)  # fmt: skip
DISTRICTS = ("Bords de l’Eau", "Coteaux", "Faubourg Nord", "Plateau", "Vieille Ville")

# The kinds of the 87 canteens: 28 have two schools and 59 have one, which makes 115 schools.
KINDS = ["M/E"] * 43 + ["M"] * 20 + ["E"] * 24
TWO_SCHOOLS, TWO_LABELS, RESPELLED = 28, 12, 3
PUPILS = {"maternelle": 114, "élémentaire": 178, "primaire": 262}
LUNCH_SHARE = 0.855
UNATTACHED = ("FOYER DU BELVEDERE", "CENTRE DE LOISIRS DE LA CLAIRIERE")


@dataclass(frozen=True)
class City:
    """The city's tables; `points` has one row per label: its usual number of meals a day, its first and last day."""

    canteens: pd.DataFrame
    schools: pd.DataFrame
    enrolments: pd.DataFrame
    points: pd.DataFrame


def build_city(rng: np.random.Generator, years: list[str], first: date, last: date) -> City:
    """Generate 87 canteens, their 115 schools and the 104 labels of their meals in the log."""
    canteens = _canteens(rng, first)
    schools = _schools(rng, canteens)
    return City(canteens, schools, _enrolments(rng, schools, years), _points(canteens, schools, first, last))


def _canteens(rng: np.random.Generator, first: date) -> pd.DataFrame:
    names = [*(f"Les {name}" for name in FLOWERS), *RIVERS, *SCIENTISTS]
    count = len(names)
    # The names are shuffled, so that flowers, rivers and scientists do not show the kind of a canteen.
    canteens = pd.DataFrame({"canteen": rng.permutation(names), "canteen_kind": KINDS})
    place = rng.integers(0, len(DISTRICTS), count)
    canteens["district"] = [DISTRICTS[index] for index in place]
    canteens["latitude"] = np.round(46.5 + 0.012 * (place - 2) + rng.normal(0, 0.006, count), 5)
    canteens["longitude"] = np.round(0.2 + 0.02 * (place % 3 - 1) + rng.normal(0, 0.009, count), 5)
    canteens["opened_on"] = first - timedelta(days=4000)
    # These two canteens open during the three years: about one a year.
    canteens.loc[[50, 70], "opened_on"] = [first + timedelta(days=365), first + timedelta(days=730)]
    return canteens


def _schools(rng: np.random.Generator, canteens: pd.DataFrame) -> pd.DataFrame:
    levels = {"M": ["maternelle"], "E": ["élémentaire"], "M/E": ["primaire"]}
    rows = [
        (f"École {level} {canteen}", canteen, kind, PUPILS[level])
        for index, (canteen, kind) in enumerate(zip(canteens["canteen"], canteens["canteen_kind"], strict=True))
        for level in (["maternelle", "élémentaire"] if index < TWO_SCHOOLS else levels[kind])
    ]
    schools = pd.DataFrame(rows, columns=["school", "canteen", "canteen_kind", "pupils"])
    schools["pupils"] = (schools["pupils"] * rng.lognormal(0, 0.2, len(schools))).round().astype(int)
    return schools


def _enrolments(rng: np.random.Generator, schools: pd.DataFrame, years: list[str]) -> pd.DataFrame:
    tables = [schools[["school", "pupils"]].assign(school_year=year) for year in years]
    for rank, table in enumerate(tables):
        drift = 1 + 0.01 * (rank - 1) + rng.normal(0, 0.02, len(table))
        table["pupils"] = (table["pupils"] * drift).round().astype(int)
    return pd.concat(tables, ignore_index=True)[["school", "school_year", "pupils"]]


def _points(canteens: pd.DataFrame, schools: pd.DataFrame, first: date, last: date) -> pd.DataFrame:
    """Return the labels of the log, in capitals: some canteens have two labels, others change their spelling."""
    meals = schools.groupby("canteen")["pupils"].sum() * LUNCH_SHARE
    respelled_on = first + timedelta(days=330)
    rows: list[tuple[str, str, str | None, float, date, date]] = []
    for index, canteen, kind, opened_on in canteens[["canteen", "canteen_kind", "opened_on"]].itertuples(name=None):
        label, base, opening = log_label(canteen), float(meals[canteen]), max(first, opened_on)
        if index < TWO_LABELS:
            rows += [(f"{label} M", "M", canteen, base * 0.4, opening, last)]
            rows += [(f"{label} E", "E", canteen, base * 0.6, opening, last)]
        elif index < TWO_LABELS + RESPELLED:
            rows += [(f"ECOLE {label}", kind, canteen, base, opening, respelled_on - timedelta(days=1))]
            rows += [(label, kind, canteen, base, respelled_on, last)]
        else:
            rows += [(label, kind, canteen, base, opening, last)]
    rows += [(label, "M/E", None, 38.0, first + timedelta(days=400), last) for label in UNATTACHED]
    return pd.DataFrame(rows, columns=["site", "site_kind", "canteen", "base", "opens_on", "closes_on"])


def log_label(name: str) -> str:
    """Return a name in the spelling of the log: capitals, no accent, no article."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return plain.removeprefix("Les ").upper()
