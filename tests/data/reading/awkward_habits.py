"""Awkward files of habit: what people call their columns, write in their cells and put around their tables."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any

from tests.data.reading.awkward import NARROW, Corpus, text, workbook

HABITS = Corpus()
add, refuse = HABITS.add, HABITS.refuse
HEADER = "site_nom;site_type;date;prevision;reel"
A, B = "A;M;24/05/2016;72;68", "B;E;25/05/2016;80;79"
MAY_24 = date(2016, 5, 24)


def log(*lines: str) -> str:
    """Return a log of these lines."""
    return text(*lines, header=HEADER)


def under(title: str, value: str, place: int) -> str:
    """Return a log of one line, one of its columns under another title."""
    titles, line = ["Site", "Type", "Date", "Prévision", "Réel"], A.split(";")
    titles[place:place], line[place:place] = [title], [value]
    if place < 5:
        del titles[place + 1], line[place + 1]
    return text(";".join(line), header=";".join(titles))


# What the columns are called
TITLED: dict[tuple[str, Any, int], str] = {
    ("site_nom", "A", 0): "Restaurant scolaire|Nom de la cantine|École|Nom du site",
    ("site_type", "M", 1): "Type de site|Niveau",
    ("date", "24/05/2016", 2): "Date du service|Jour de service|Date (jj/mm/aaaa)",
    ("prevision", "72", 3): "Nb de repas prévus|Effectif prévu|Prévisions repas|Prévu (nb)",
    ("reel", "68", 4): "Nombre de repas servis|Effectifs réels|Couverts servis|Réalisé",
    ("preparation_kg", "1,2", 5): "Déchets de préparation|Pesée préparation (kg)",
    ("non_servi_kg", "1,2", 5): "Non servis (kg)|Présentés non servis en kg",
    ("restes_assiette_kg", "1,2", 5): "Pesée restes assiettes (kg)|Restes d’assiette (kg)|Retours assiettes",
}
SHOWN = {"24/05/2016": MAY_24, "72": 72, "68": 68, "1,2": 1.2}
for (column, value, place), titles in TITLED.items():
    for title in titles.split("|"):
        cell = {2: {column: SHOWN.get(value, value)}}
        add(f"called “{title}”", under(title, value, place), lines=1, accepted=1, read=cell)
for title in ("Préparation (%)", "Restes assiette (€)", "Préparation (g)", "Restes assiette (L)"):
    absent = {2: {"preparation_kg": None, "restes_assiette_kg": None}}
    add(f"another unit: {title}", under(title, "12", 5), lines=1, accepted=1, said=(f"{title} colonne",), read=absent)
add(
    "the standard with underscores",
    "menu_date;menu_plat_nom\n2016-05-24;Flan\n",
    lines=1,
    accepted=1,
    kind="menus_scdl",
)

# What is around the table
refuse("a header on two lines", "Site;Type;Date;Repas;\n;;;prévus;servis\n" + A, "sur deux lignes")
refuse("days of the week as columns", "Site;Type;Lundi;Mardi\nA;M;72;68\n", "la date de «\u00a0Lundi\u00a0»")
refuse(
    "two tables side by side",
    text(f"{A};;{B}", header="Site;Type;Date;Prévus;Servis;;Site;Type;Date;Prévus;Servis"),
    "côte à côte",
)
refuse(
    "a second table in another order",
    log(A, "", "site_nom;site_type;date;reel;prevision", "B;M;24/05/2016;68;72"),
    "ligne 4",
)
refuse(
    "a menu with one column per course", "Date;Entrée;Plat;Dessert\n24/05/2016;Melon;Riz;Flan\n", "une ligne par plat"
)
refuse("every line in one cell", workbook([[HEADER], [A], [B]]), "Convertir")
refuse("every line between quotes", text(*(f'"{line}"' for line in (A, B)), header=f'"{HEADER}"'), "Convertir")
add("rows sorted over their header", text(HEADER, B, header=A), lines=1, accepted=1, said=("la ligne 1 est au-dessus",))
add("the header again in other words", log(A, "SITE ;Type;DATE;Prévus;SERVIS", B), said=("en-tête est répété",))
add(
    "two files end to end",
    b"\xef\xbb\xbf" + log(A).encode() + b"\xef\xbb\xbf" + log(B).encode(),
    said=("en-tête est répété",),
)
add(
    "a note below, without line break",
    log(A, B) + "Source : la ville",
    lines=3,
    rejected=((4, "date"), (4, "site_type")),
)
add("a numbering without title", text(f"1;{A}", f"2;{B}", header=f";{HEADER}"), said=("colonne 1 n’a pas",))
TOTALS = ("Total semaine 12", "Moyenne journalière", "S/Total", "Ss-total", "Cumul mai", "Sommes :")
add(
    "totals in every way",
    log(A, B, *(f"{total};;;152;147" for total in TOTALS)),
    said=("Cumul mai",),
)
add(
    "an average where a school is meant",
    "ecole;annee_scolaire;effectif\nA;2016-2017;10\nMoyenne;2016-2017;10\n",
    lines=1,
    accepted=1,
    said=("ligne de total",),
    kind="enrolment",
)

# What the cells say
add(
    "texts forced by a formula",
    log('A;M;="24/05/2016";"=""72""";68', '"=""012""";E;25/05/2016;80;79'),
    read={2: {"date": MAY_24, "prevision": 72}, 3: {"site_nom": "012"}},
)
add("apostrophes that mark a text", log("A;M;'24/05/2016;'72;68", B), read={2: {"date": MAY_24, "prevision": 72}})
for thousand in ("1.000", "1,000", "72,000"):
    add(
        f"a thousand, or not: {thousand}",
        log(f"A;M;24/05/2016;{thousand};68", B),
        accepted=1,
        rejected=((2, "prevision"),),
    )
add("thousands of meals", log(f"A;M;24/05/2016;1{NARROW}234;1 200", B), read={2: {"prevision": 1234, "reel": 1200}})
for wrong in ("85 kg", "env. 80", "85 %", "70-75", "35+37", "1,2E+02", "7O", "néant", "x", "1'234"):
    add(f"not a count: {wrong}", log(f"A;M;24/05/2016;{wrong};68", B), accepted=1, rejected=((2, "prevision"),))
MISSING = ("N/C", "nc", "?", "NaN", "None", "(vide)", "n.d.", "--", "–")
add(
    "missing in other words",
    log(*(f"S{place};M;24/05/2016;{word};68" for place, word in enumerate(MISSING))),
    lines=9,
    accepted=9,
    read={2: {"prevision": None}},
)
add(
    "errors of LibreOffice",
    log("A;M;24/05/2016;Err:502;68", "B;E;25/05/2016;#DIV/0 !;79"),
    said=("Err:502", "#DIV/0"),
    read={2: {"prevision": None}},
)
TYPES = ("Maternelle", "Élémentaire", "élém.", "E/M", "m / e", "Mat")
add(
    "types in words",
    log(*(f"S{place};{word};24/05/2016;72;68" for place, word in enumerate(TYPES))),
    lines=6,
    accepted=6,
    read={2: {"site_type": "M"}, 4: {"site_type": "E"}, 6: {"site_type": "M/E"}},
)
add(
    "names alike but for their case",
    log("LES TILLEULS;M;24/05/2016;72;68", "Les  Tilleuls;E;24/05/2016;1;1"),
    said=("casse",),
)
add(
    "one name in two Unicode forms",
    log("ÉCOLE;M;24/05/2016;72;68", unicodedata.normalize("NFD", "ÉCOLE") + ";M;24/05/2016;72;68"),
    accepted=1,
    unchanged=1,
    said=("identique",),
)
add(
    "marks nobody sees",
    log("\u202eA\u2066\u200b;M;\u200e24/05/2016;72;68", B),
    read={2: {"site_nom": "A", "date": MAY_24}},
)
YEARS = ("2016/2017", "2016-17", "2016 – 2017", "Année 2016/17")
add(
    "school years in every way",
    "ecole;annee_scolaire;effectif\n" + "".join(f"E{place};{year};10\n" for place, year in enumerate(YEARS)),
    lines=4,
    accepted=4,
    kind="enrolment",
    read={line: {"annee_scolaire": "2016-2017"} for line in range(2, 6)},
)
add(
    "school years that do not follow each other",
    "ecole;annee_scolaire;effectif\nA;2016-2018;10\nB;2016-2017;10\n",
    accepted=1,
    kind="enrolment",
    rejected=((2, "annee_scolaire"),),
)
add("strikes in words", "date;greve\n24/05/2016;oui\n25/05/2016;Non\n", accepted=1, without_measure=1, kind="strikes")


# Dates
def dates(name: str, *values: str, **expected: Any) -> None:  # noqa: ANN401
    add(name, log(*(f"S{place};M;{value};72;68" for place, value in enumerate(values))), **expected)


for wrong in (
    "23/05/2016 au 27/05/2016",
    "24/05/2016 (grève)",
    "2016-05-24Tmidi",
    "29/02/2017",
    "24/05/0202",
    "mai 2016",
):
    dates(f"not one day: {wrong}", wrong, "24/05/2016", accepted=1, rejected=((2, "date"),))
SAME = ("24/05/2016 à 12:30", "24/05/2016 12h30", "24 / 05 / 2016", "24–05–2016", "mardi, 24 mai 2016", "24 MAI 2016")
dates("one day in other ways", *SAME, lines=6, accepted=6, read={line: {"date": MAY_24} for line in range(2, 8)})
MARCH = ("24 mars 2016", "mar. 1er mars 2016", "mardi 1 mars 16")
march = {2: {"date": date(2016, 3, 24)}, 3: {"date": date(2016, 3, 1)}, 4: {"date": date(2016, 3, 1)}}
dates("the month whose name starts like Tuesday", *MARCH, lines=3, accepted=3, read=march)
ZONED = ("2016-05-23T22:00:00Z", "2016-05-23T22:00:00.000+00:00", "2016-05-24T00:00:00+02:00", "2016-05-24T10:00:00Z")
dates(
    "the midnight of Paris, elsewhere",
    *ZONED,
    lines=4,
    accepted=4,
    read={line: {"date": MAY_24} for line in range(2, 6)},
)
dates("another day of the week", "mercredi 24 mai 2016", lines=1, accepted=1, said=("ce jour est un mardi",))

# Accents
ACCENTED = log("CHAUVINIÈRE élém;M;24/05/2016;72;68", "Côte d'Or;E;25/05/2016;80;79")
for encoding in ("cp850", "mac-roman"):
    cells = {2: {"site_nom": "CHAUVINIÈRE élém"}, 3: {"site_nom": "Côte d'Or"}}
    add(f"encoding {encoding}", ACCENTED.encode(encoding), said=("accents",), read=cells)
add(
    "encoding latin-9",
    log("CŒUR;M;24/05/2016;72;68", B).encode("iso8859-15"),
    said=("accents",),
    read={2: {"site_nom": "CŒUR"}},
)
add(
    "Windows-1252 with odd capitals",
    log("LYCéE CHâTEAU – Nord–Sud;M;24/05/2016;72;68", B).encode("cp1252"),
    read={2: {"site_nom": "LYCéE CHâTEAU – Nord–Sud"}},
)
add(
    "UTF-8 written twice",
    ACCENTED.replace("È", "é").encode().decode("cp1252").encode(),
    said=("deux fois",),
    read={3: {"site_nom": "Côte d'Or"}},
)
add("accents lost for good", log("C\ufffdTE;M;24/05/2016;72;68", B), said=("perdus",))

add(
    "a UTF-8 comment from elsewhere",
    text("A;M;24/05/2016;68;" + unicodedata.normalize("NFD", "Nguyễn"), header="site_nom;site_type;date;reel;note"),
    lines=1,
    accepted=1,
    read={2: {"commentaire": "Nguyễn"}},
)

# Other programs
FOREIGN = {
    "JSON": b'\xef\xbb\xbf[\n {"site_nom": "A"}]',
    "agenda": b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n",
    "SYLK": b"ID;PWXL;N;E\r\n",
    "page web": b"<!-- export --><table><tr><td>site_nom</td>",
    ".mht": b"MIME-Version: 1.0\r\n",
    "PDF": b"\r\n%PDF-1.4\n",
    "pas du texte": log(A).encode("utf-32"),
}
for nature, content in FOREIGN.items():
    refuse(f"another program: {nature}", content, nature)
