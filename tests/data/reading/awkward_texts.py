"""Awkward text files: encodings, separators, headers, numbers, dates, lines."""

from __future__ import annotations

import bz2
import gzip
import lzma

from tests.data.reading.awkward import HEADER, NARROW, NBSP, THIN, TITLES, A, B, Corpus, cells, text

TEXTS = Corpus()
add, refuse = TEXTS.add, TEXTS.refuse
ACCENTED = text("CÔTE D’OR;M;24/05/2016;72;68;;", B)

# Encodings
for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"):
    add(f"encoding {encoding}", ACCENTED.encode(encoding), stored={"site": "CÔTE D’OR", "meals_planned": 72})
add(
    "Windows-1252 that is UTF-8 by chance",
    text(A, "CAFÉ»;E;25/05/2016;80;79;;").encode("cp1252"),
    stored={"site": "CAFÉ»", "meals_planned": 80},
)
add(
    "two encodings",
    ACCENTED.encode() + "ÉCOLE;M;26/05/2016;1;1;;\r\n".encode("cp1252"),
    lines=3,
    accepted=3,
    said=("accents",),
    stored={"site": "CÔTE D’OR", "meals_planned": 72},
)
add("a Ctrl-Z at the end", text(A, B).encode() + b"\x1a")

# Separators and line endings
for name, separator in {"comma": ",", "tab": "\t", "bar": "|"}.items():
    add(f"separated by a {name}", text(A, B).replace(",", ".").replace(";", separator))
add("lines end as on an old Mac", text(A, B, end="\r"))
add("lines end in two ways", text(A, end="\r\n") + B + "\n")
add("no line break at the end", text(A, B).rstrip())
add("the separator is announced", "sep=;\r\n" + text(A, B))

# Headers
add(
    "headers in another case, order and accents",
    "RÉEL;Prévision;Jour;TYPE;Point de service\n68;72;24/05/2016;M;A\n",
    lines=1,
    accepted=1,
    stored={"site": "A", "meals_planned": 72},
)
add("a line break inside a header", text(A, B, header=HEADER.replace("prevision", '"Repas\nprévus"')))
add("spaces and no-break spaces around headers", text(A, B, header=HEADER.replace(";", f"{NBSP}; ")))
add(
    "title lines above the header",
    "Journal des cantines;;;\r\nÉdité le 12/06/2016\r\n\r\n" + text(A, B),
    said=("1 None les lignes 1 à 2 sont au-dessus de l’en-tête",),
)
add("a quoted title on two lines", '"Journal\ndes cantines";;\n' + text(A, B), said=("les lignes 1 à 2",))
add("an extra column", text(A + ";7", B + ";8", header=HEADER + ";site_id"), said=("site_id",))
add("one column twice", text(A + ";99", B + ";98", header=HEADER + ";prevu"), said=("prevu", "prevision"))
add("a filled column without a title", text(A + ";x", B + ";", header=HEADER + ";"), said=("colonne 8",))
add("trailing empty columns", text(A + ";;;", B + ";;;", header=HEADER + ";;;"))
add("trailing empty columns on some lines", text(A + ";;;", B))
add("the header again in the middle", text(A, HEADER, B), said=("en-tête est répété",))

# Blank lines and totals
add("blank lines", text(A, "", "", B, "", ""))
add("lines of separators", text(A, ";;;;;;", " ; ;;;;;", B))
for total in ("Total", "TOTAL GÉNÉRAL", "Sous-total A", "Total :", "Totaux mai 2016"):
    add(f"a total row “{total}”", text(A, B, f"{total};;;152;147;1,5;"), said=("ligne de total",))
add("a total in the date column", text(A, B, ";;Total;152;147;;"), said=("ligne de total",))
add("a canteen called TOTALITE", text(A, "TOTALITE;M;25/05/2016;1;1;;"))
add("a canteen called Total Sud", text(A, "Total Sud;M;25/05/2016;1;1;;"), said=("ressemble à un total",))

# Quotes and separators
add("a quoted separator", text(A + '"pluie ; vent"', B))
add("a quoted line break", text(A + '"pluie\r\nvent"', B))
add("doubled quotes", text(A + '"dit ""le grand"""', B))
add("all is quoted", text(*(";".join(f'"{cell}"' for cell in line.split(";")) for line in (A, B))))
add("an inch mark inside a text", text(A + 'plaque 5" rayée', B))
add("a quote never closed", text('"A;M;24/05/2016;72;68;1,5;', B), accepted=1, rejected=((2, None),))
add("a last line cut inside a quoted text", text(A) + B + '"Sortie sco', accepted=1, rejected=((3, None),))
add("a separator inside a text", text(A + "pluie;vent", B), accepted=1, rejected=((2, None),))
add(
    "a decimal comma between commas",
    text(A, B.replace(";", ",")).replace(A, "A,M,24/05/2016,72,68,1,5,").replace(HEADER, ",".join(TITLES)),
    accepted=1,
    rejected=((2, None),),
)
add("a short line", text(A, "B;E;25/05/2016;80"))
add("a short line without a separator", text(A, "B"), accepted=1, rejected=((3, "date"), (3, "site_type")))

# Numbers
SPACED = ("1234,5", "1 234,5", f"1{NBSP}234,5", f"1{NARROW}234.5", f"1{THIN}234,5", "1.234,5", "1,234.5", "+1234,50")
add(
    "numbers in every way",
    cells("preparation_kg", *SPACED),
    lines=8,
    accepted=8,
    said=("kilogramme",),
    stored={"site": "S5", "preparation_kg": 1234.5},
)
add(
    "whole numbers with a decimal part of zero",
    cells("prevision", "72,0", "72.00"),
    stored={"site": "S0", "meals_planned": 72},
)
add("half a meal", cells("prevision", "72,5", "72"), accepted=1, rejected=((2, "prevision"),))
for wrong in ("1e3", "12 repas", "1,2,3", "7 2", "=1+1", "0x10", "∞", "9" * 30):
    add(
        f"not a number: {wrong[:9]}", cells("preparation_kg", wrong, "1"), accepted=1, rejected=((2, "preparation_kg"),)
    )
add(
    "missing in every way",
    cells("preparation_kg", "NA", "n/a", "-", "", "  ", "ND"),
    lines=6,
    accepted=6,
    stored={"site": "S0", "preparation_kg": None},
)
add("lines without a figure", text(A, "B;E;25/05/2016;NA;;-;"), accepted=1, without_measure=1)
add(
    "a spreadsheet error",
    cells("preparation_kg", "#DIV/0!", "#N/A"),
    said=("#DIV/0!",),
    stored={"site": "S0", "preparation_kg": None},
)
add("a negative number", cells("prevision", "-5", "72"), accepted=1, rejected=((2, "prevision"),))
add("a formula in a text", text(A + "=cmd|' /C calc'!A0", B), said=("formule",))

# Dates
DATES = (
    "24/05/2016",
    "24/5/16",
    "24-05-2016",
    "24.05.2016",
    "2016-05-24",
    "2016-05-24T00:00:00",
    "42514",
    "24/05/2016 12:30",
    "mardi 24 mai 2016",
    "24-mai-16",
    "20160524",
    "2016/05/24",
)
add(
    "dates in every way",
    cells("date", *DATES),
    lines=12,
    accepted=12,
    stored={"site": "S9", "meals_planned": 72, "date": "2016-05-24"},
)
add(
    "day and month can be exchanged everywhere",
    cells("date", "03/04/2016", "05/04/2016"),
    said=("jour/mois/année", "3 avril 2016"),
    stored={"site": "S0", "meals_planned": 72, "date": "2016-04-03"},
)
add(
    "only some days can be exchanged",
    cells("date", "10/05/2016", "24/05/2016"),
    stored={"site": "S0", "meals_planned": 72, "date": "2016-05-10"},
)
add(
    "month before day",
    cells("date", "04/05/2016", "04/14/2016"),
    said=("mois/jour/année",),
    stored={"site": "S0", "meals_planned": 72, "date": "2016-04-05"},
)
add(
    "month before day, and a date of neither order",
    cells("date", "12/25/2016", "31/11/2016"),
    accepted=1,
    rejected=((3, "date"),),
    said=("«\u00a012/25/2016\u00a0» n’existe que dans cet ordre (25 décembre 2016), et aucune date",),
)
add(
    "one mistyped date among days that can be exchanged",
    cells("date", *(f"{day:02d}/11/2016" for day in range(1, 10)), "10/25/2016"),
    lines=10,
    accepted=9,
    rejected=((11, "date"),),
    said=("«\u00a010/25/2016\u00a0» n’existe que mois/jour/année", "sont lues jour/mois/année"),
    stored={"site": "S4", "meals_planned": 72, "date": "2016-11-05"},
)
add(
    "a third of the dates exist month first only",
    cells("date", "04/05/2016", "04/06/2016", "04/14/2016"),
    lines=3,
    accepted=3,
    said=("dates lues mois/jour/année",),
    stored={"site": "S0", "meals_planned": 72, "date": "2016-04-05"},
)
add(
    "both orders in one column",
    cells("date", "04/05/2016", "05/24/2016", "24/05/2016"),
    lines=3,
    accepted=2,
    rejected=((3, "date"),),
    said=("mélange deux ordres",),
)
for wrong in ("31/02/2016", "2016-13-01", "hier", "24/05", "01/01/1066", "99999"):
    add(f"not a date: {wrong}", cells("date", wrong, "24/05/2016"), accepted=1, rejected=((2, "date"),))

# Other kinds
add(
    "menus with a separator in a dish",
    'date;rang;plat\r\n24/05/2016;1;"Crêpe ; sucre"\r\n24/05/2016;6;Fraise\r\n',
    kind="menus",
)
add(
    "enrolment with thousands and a total",
    "École;Année;Effectif\nA;2025-2026;1 166\nTotal;;1 166\n",
    lines=1,
    accepted=1,
    said=("ligne de total",),
    kind="enrolment",
)

# Refused
refuse("nothing", b"", "vide")
refuse("spaces", " \r\n\t\r\n", "vide")
refuse("only a byte-order mark", b"\xef\xbb\xbf", "vide")
refuse("only a header", HEADER, "que son en-tête")
refuse("only totals", text("Total;;;1;2;;"), "que son en-tête")
refuse("other columns", "nom;valeur\r\na;1\r\n", "ne sont pas reconnus")
refuse("nearly a log", "site_nom;date;reel\r\nA;24/05/2016;1\r\n", "site_type")
refuse("no good line", text("A;M;hier;1;1;;"), "La seule ligne du fichier")
refuse("cut inside a line", text(A, B)[:-8], "tronqué")
refuse("cut inside a character", text(A, B).encode("utf-16")[:-1], "tronqué")
refuse("UTF-8 cut inside a character", (text(A, B) + "ÉCOLE É").encode()[:-1], "tronqué")
refuse("NUL bytes", text("A\x00;M;24/05/2016;72;68;1,5;"), "pas du texte")
refuse("an unknown encoding", b"\x81\x8d\x8f\x90\x9d" * 10, "abîmé")
refuse("50 000 columns", ";".join(f"c{n}" for n in range(50_000)) + "\n1\n", "colonnes")
refuse("a line of 100 MB", lambda: HEADER + "\r\n" + "x" * 100_000_000, "million")
refuse("a line of 20 million cells", lambda: HEADER + "\r\n" + ";" * 20_000_000, "million")
refuse("a cell of 300 000 characters", text(A + "x" * 300_000), "dépasse")
refuse("2 000 quotes never closed", text(*['"A'] * 2_000), "guillemet")
refuse("compressed with gzip", gzip.compress(text(A).encode()), "compressé")
refuse("compressed with bzip2", bz2.compress(text(A).encode()), "compressé")
refuse("compressed with xz", lzma.compress(text(A).encode()), "compressé")
refuse("a picture", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "image PNG")
refuse("a PDF", b"%PDF-1.7\n", "PDF")
refuse("a web page", "<!DOCTYPE html><table><tr><td>site_nom</td></tr></table>", "page web")
refuse("an old .xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "Enregistrer")
refuse(
    "a workbook with a password",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
    "mot de passe",
)
