"""What a manager, the committee and the kitchen do on the first day, in a real browser."""

from __future__ import annotations

import csv
import os
import random
import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import SLOW, VERY_SLOW, choose, hand_over, picture, spaced, visit, whole
from tests.conftest import REAL_DATA


@dataclass(frozen=True)
class Files:
    """The files to deposit, and what the pages must then say."""

    mapping: Path
    log: Path
    report: str
    school_year: str
    overproduction: str
    canteen: str


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Return the city's real files, or small ones of our own where they are not at hand.

    The log is that of a year, whose forecasts come sooner than those of seven; ANTIGASPI_JOURNEY=whole takes all of it.
    """
    city = REAL_DATA / "nantes"
    if not city.is_dir() and os.environ.get("ANTIGASPI_REQUIRE_REAL_DATA") != "1":
        return _own_files(tmp_path)
    log, report = city / "frequentation_2011_2017.csv", "83 265 lignes : 80 261 acceptées, 3 004 sans mesure"
    if os.environ.get("ANTIGASPI_JOURNEY") != "whole":
        log, report = _last_year(log, tmp_path / "journal.csv")
    mapping = city / "mapping_frequentation_cantines.csv"
    return Files(mapping, log, f"{report}.", "2016-2017", "5,6 %", "CONTRIE")


def _last_year(log: Path, path: Path) -> tuple[Path, str]:
    """Write the log of the last school year, the one looked at."""
    with log.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["date"] >= "2016-09-01"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    bare = sum(not row["prevision"] and not row["reel"] for row in rows)
    counts = [f"{count:,}".replace(",", " ") for count in (len(rows), len(rows) - bare, bare)]
    return path, "{} lignes : {} acceptées".format(*counts) + (f", {counts[2]} sans mesure" if bare else "")


def _own_files(folder: Path) -> Files:
    """Write a year of three canteens whose plan is 5 % over what they serve."""
    chance = random.Random(7)
    days = [date(2016, 9, 1) + timedelta(n) for n in range(300)]
    lines = [
        f"{site};M;{day:%d/%m/%Y};{round(served * 1.05)};{served}"
        for day in days
        if day.isoweekday() in (1, 2, 4, 5)
        for site in ("ALPHA", "BETA", "CONTRIE")
        for served in [20 * chance.randint(8, 12)]
    ]
    log, mapping = folder / "journal.csv", folder / "rattachements.csv"
    log.write_text("\n".join(["site_nom;site_type;date;prevision;reel", *lines]) + "\n", encoding="utf-8")
    mapping.write_text(
        "site_nom;site_type;cantine_nom\nALPHA;M;ALPHA\nBETA;M;BETA\nCONTRIE;M;CONTRIE\n", encoding="utf-8"
    )
    report = f"{len(lines)} lignes : {len(lines)} acceptées."
    return Files(mapping, log, report, "2016-2017", "5,0 %", "CONTRIE")


def test_the_city_log_goes_in_by_the_page_and_true_figures_and_forecasts_come_out(page: Page, files: Files) -> None:
    expect(page.get_by_role("heading", name="Synthèse")).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("Données de démonstration").first).to_be_visible(timeout=SLOW)
    assert page.evaluate("document.documentElement.lang") == "fr"
    picture(page, "synthese")

    start_empty(page)
    deposit(page, files.mapping)
    report = deposit(page, files.log)
    assert files.report in report

    visit(page, "Gaspillage")
    choose(page, "Année scolaire", files.school_year)
    figure = page.get_by_test_id("stMetric").filter(has_text="Surproduction")
    expect(figure).to_contain_text(spaced(files.overproduction), timeout=SLOW)
    picture(page, "gaspillage")

    visit(page, "Semaine de la cuisine")
    expect(page.get_by_text(re.compile("Prévisions calculées le"))).to_be_visible(timeout=VERY_SLOW)
    page.get_by_role("radio", name="Jour par jour").click()
    choose(page, "Cantine", files.canteen)
    sentence = page.get_by_text(re.compile(r"repas attendus, entre [\d\s]+ et [\d\s]+\. Le jour le plus chargé"))
    expect(sentence).to_be_visible(timeout=SLOW)
    expect(page.get_by_test_id("stPlotlyChart").first).to_be_visible(timeout=SLOW)
    picture(page, "previsions")


def start_empty(page: Page) -> None:
    visit(page, "Données disponibles")
    page.get_by_role("button", name="Repartir d’une base vide").click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("vide|Effacer|Oui")).click()
    expect(page.get_by_text("Données de démonstration")).to_have_count(0, timeout=SLOW)


def deposit(page: Page, file: Path) -> str:
    """Deposit one file by the page and return the sentence of its report."""
    visit(page, "Déposer un fichier")
    hand_over(page, file)
    sentence = page.locator(".takeaway").filter(has_text=file.name)
    expect(sentence).to_be_visible(timeout=SLOW)
    picture(page, f"depot_{file.stem}")
    whole(page)
    page.get_by_role("button", name="Enregistrer ces données").click()
    expect(page.get_by_text("C’est enregistré")).to_be_visible(timeout=SLOW)
    return spaced(sentence.inner_text())
