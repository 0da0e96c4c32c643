"""All that pages write: one word for each thing, in French, with French numbers and dates, and nothing of Python's."""

from __future__ import annotations

import re
from pathlib import Path

from benchmarks.page_text import lines_shown
from tests.pages.conftest import Open
from ui.navigation import PAGES

# The words that gave way, and what is said in their place.
WORDS = {
    r"surplus\b": "repas en trop",
    r"(?<!jours )(?<!jour )(?<!J. )\b(?:le|de|du|en) manque\b|\bmanques\b|\bau-delà du prévu": "repas manquants",
    r"intervalles?\b|éventails?\b|\bla bande\b|une bande\b|quatre fois sur cinq": "fourchette, 4 jours sur 5",
    r"\bWAPE\b|\bbiais\b": "écart moyen, tendance",
    r"aberrante?s?\b": "douteux",
    r"de front\b|\btirage\b(?! au sort)": "en même temps, tirage au sort",
    r"écoles? faites?\b|toutes faites\b": "équipées",
    r"connexions? filaires?": "raccordement",
    r"\+ 0 |lignes? = ": "2 lignes : 1 acceptée, 1 rejetée",
}
SPACES = r"\w [:;?!%€»](?!\w)"
NOT_FRENCH = {
    r"\b(?:nan|NaN|None|NaT|null|undefined|True|False)\b": "a value of Python",
    r"\b(?:the|and|your|please|[Ss]elect|[Cc]hoose|loading|error|upload|browse|dashboard|deadline)\b": "English",
    r"\b\d{4}-\d\d-\d\d\b(?!T)": "a date of computers",
    r"\ben \d\d/\d{4}": "a month without its name",
    r"(?<![\d.])\d+\.\d+(?![\d.])": "a number with a point",
    SPACES: "a plain space before a mark",
}
# Names of columns and of files, versions, numbers of criteria.
AS_WRITTEN = re.compile(
    r"`[^`]*`|(?:version|axe-core|Streamlit) \d[\d.]*|[\w-]+\.[a-z]{2,5}\b|\| \d+\.\d+(?:, \d+\.\d+)* \|"
)
# A list is searched with plain spaces; the help on files shows what they may hold.
PLAIN_SPACES, HELP_ON_FILES = "selectbox.options", "Déposer un fichier"
# A table of numbers, drawn or not, has its own tests.
SHOWN = re.compile(r"[\w.]+\.(body|label|help|placeholder|options|delta|alt|name|text|ticktext|title):")
EXPLAINED = {
    "Synthèse", "Gaspillage", "Ma cantine", "Déploiement", "Équipement", "Effet du pilote", "Généralisation",
    "Semaine de la cuisine", "Qualité des prévisions",
}  # fmt: skip
TAG = re.compile(r"<[^>]*>")


def test_pages_hold_to_one_word_for_each_thing_and_to_french_and_say_why_of_their_figures(
    open_app: Open, demo_store: Path
) -> None:
    app = open_app(demo_store)
    found, explained = [], set()
    for page in PAGES:
        app.switch_page(page.file).run()
        lines = [line for line in lines_shown(app) if SHOWN.match(line)]
        explained |= {page.title for line in lines if "popovertarget" in line}
        rules = list(WORDS if page.title == HELP_ON_FILES else WORDS | NOT_FRENCH)
        found += [(page.title, *one) for line in lines for one in wrong(line, rules)]
    assert explained >= EXPLAINED
    assert not found, "\n".join(map(str, found[:60]))


def test_the_glossary_is_searched_without_accents_and_the_link_of_a_figure_opens_its_word(
    open_app: Open, empty_store: Path
) -> None:
    app = open_app(empty_store, "pages/aide/glossaire.py", mot="Repas en trop")
    assert re.findall("<dt.*?</dt>", "".join(one.value for one in app.html)) == [
        '<dt id="repas-en-trop">Repas en trop</dt>'
    ]
    app.text_input[0].set_value("METEO").run()
    assert '<dt id="meteo">Météo</dt>' in "".join(one.value for one in app.html)
    app.text_input[0].set_value("CO2e  estime").run()
    assert ">CO₂e estimé</dt>" in "".join(one.value for one in app.html)
    app.text_input[0].set_value("n'est pas un progres").run()
    assert "<dt" in "".join(one.value for one in app.html)
    app.text_input[0].set_value("zzz").run()
    assert "Aucun mot du glossaire" in app.info[0].value


def wrong(line: str, rules: list[str]) -> list[tuple[str, str, str]]:
    """Return what a line should not say, by which rule, and where."""
    text = AS_WRITTEN.sub("", TAG.sub(" ", line.partition(": ")[2]))
    found = []
    for rule in rules:
        flags = re.IGNORECASE if rule in WORDS else re.NOFLAG
        if (match := re.search(rule, text, flags)) and not (rule == SPACES and line.startswith(PLAIN_SPACES)):
            around = text[max(0, match.start() - 60) : match.end() + 40]
            found.append((match[0], (WORDS | NOT_FRENCH)[rule], around))
    return found


def test_the_rules_see_what_they_forbid_and_only_that() -> None:
    rules = list(WORDS | NOT_FRENCH)
    for text in ("2,4 repas de surplus", "plus de manque", "la bande", "est nan", "Select all", "1.5 kg", "Prévu :"):
        assert wrong(f"html.body: {text}", rules), text
    for text in ("5 jours de manque sur 100", "Prévu\u00a0: 1,5 kg", "le 24/05/2026", "version 0.2.0", "menu.csv"):
        assert not wrong(f"html.body: {text}", rules), text
