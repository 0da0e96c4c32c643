"""Several files deposited together: whatever the order they were chosen in, the store is the same."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

from data.access.rights import Person
from data.deposit.apply import apply
from data.deposit.several import ALONE, EMPTY, KNOWN, deposit_all, digest_of, recognised
from data.store import Store

FILES = {
    "journal.csv": "site_nom;site_type;date;prevision;reel\nTILLEULS;M;05/09/2016;110;100\nINCONNU;M;05/09/2016;9;8\n",
    "corrections.csv": "site_nom;site_type;date;prevision;reel\nTILLEULS;M;05/09/2016;112;101\n",
    "rattachements.csv": "site_nom;site_type;cantine_nom\nTILLEULS;M;Les Tilleuls\n",
    "cantines.csv": "cantine_nom;secteur\nLes Tilleuls;Nord\n",
    "etapes.csv": "ecole;etape;debut_reel\nÉcole A;cadrage;01/09/2025\nÉcole Z;cadrage;01/09/2025\n",
    "sites.csv": "ecole;connexion_filaire\nÉcole A;raccordée\n",
    "notes.csv": "rien;de\nconnu;ici\n",
    "heures.csv": "site_nom;site_type;date;reel\nTILLEULS;M;2016-09-05 22:00;7\nTILLEULS;M;2016-09-06 22:00;7\n",
}
VIEWS = ("services", "canteens", "service_points", "pilot_sites", "pilot_stages")


def deposited(blank: Path, folder: Path, names: list[str]) -> tuple[dict[str, str], list[list[tuple[object, ...]]]]:
    """Deposit these files in this order; return what came of each, and what is then true."""
    store = Store(Path(shutil.copy(blank, folder / f"{'-'.join(names)}.duckdb")))
    files = [(name, FILES[name].encode()) for name in names]
    chosen = recognised(store, files, "m")
    ready = [file for file in chosen if not file.reason]
    outcomes = {file.name: file.reason for file in chosen if file.reason} | {
        one.name: f"{one.report.accepted}/{one.report.lines}" if one.report else one.reason
        for one in deposit_all(store, ready, {digest_of(content): content for _, content in files}, "m")
    }
    rows = [list(store.read(f"SELECT * FROM {view} ORDER BY ALL").itertuples(index=False)) for view in VIEWS]
    store.close()
    return outcomes, [[tuple(map(str, row)) for row in view] for view in rows]


def test_the_order_of_the_files_changes_neither_the_store_nor_what_is_said(blank: Path, tmp_path: Path) -> None:
    names, chance = list(FILES), random.Random(3)
    first = deposited(blank, tmp_path, names)
    outcomes = first[0]
    # A stage of a school that came with the same files is taken; the corrected line is told by the last file's name.
    assert outcomes["etapes.csv"] == "1/2"
    assert (outcomes["journal.csv"], outcomes["corrections.csv"], outcomes["cantines.csv"]) == ("2/2", "1/1", "1/1")
    assert outcomes["heures.csv"] == ALONE
    assert "colonnes" in outcomes["notes.csv"]
    for _ in range(1):
        chance.shuffle(names)
        assert deposited(blank, tmp_path, names) == first


def test_a_file_that_brings_nothing_is_told_and_is_not_ready(store: Store) -> None:
    apply(store, "cantines.csv", FILES["cantines.csv"].encode(), "m")
    lines = {
        "cantines.csv": FILES["cantines.csv"],
        "journal.csv": FILES["journal.csv"],
        "vide.csv": "date;greve\n01/09/2016;non\n",
        "etapes.csv": FILES["etapes.csv"],  # all rejected until its schools are known
    }
    chosen = recognised(store, [(name, text.encode()) for name, text in lines.items()], "m")
    assert {file.name: (file.nothing_new, file.ready) for file in chosen} == {
        "cantines.csv": (KNOWN, False), "journal.csv": ("", True), "vide.csv": (EMPTY, False), "etapes.csv": ("", True),
    }  # fmt: skip


def test_a_file_that_is_not_theirs_is_told_and_the_others_go_in(blank: Path, tmp_path: Path) -> None:
    store = Store(Path(shutil.copy(blank, tmp_path / "b.duckdb")))
    manager = Person("g@ville.fr", "cantine", canteens=frozenset({"Les Tilleuls"}))
    chosen = recognised(store, [(name, FILES[name].encode()) for name in ("cantines.csv", "journal.csv")], manager)
    assert [file.not_yours for file in chosen if file.name == "cantines.csv"] == [True]
    assert store.read("SELECT count(*) AS n FROM deposits")["n"].iloc[0] == 0
    store.close()


def test_a_file_whose_label_reads_like_a_known_one_is_left_for_its_depositor_to_look_at(
    blank: Path, tmp_path: Path
) -> None:
    store = Store(Path(shutil.copy(blank, tmp_path / "b.duckdb")))
    contents = {name: FILES[name].encode() for name in ("rattachements.csv", "journal.csv")}
    contents["autre.csv"] = contents["journal.csv"].replace(b"TILLEULS", b"Tilleuls")
    chosen = recognised(store, contents.items(), "m")
    by_digest = {digest_of(content): content for content in contents.values()}
    outcomes = {one.name: one.reason for one in deposit_all(store, chosen, by_digest, "m")}
    assert "« Tilleuls » s’écrit presque comme « TILLEULS »" in outcomes["autre.csv"].replace("\u00a0", " ")
    assert not outcomes["journal.csv"]
    store.close()


def test_how_many_lines_would_be_set_aside_is_known_before_any_is_recorded(store: Store) -> None:
    lines = {name: FILES[name] for name in ("journal.csv", "etapes.csv", "sites.csv")}
    lines["journal.csv"] += "TILLEULS;M;99/99/2016;1;1\n"
    files = [(name, text.encode()) for name, text in lines.items()]
    chosen = {file.name: file for file in recognised(store, files, "m")}
    assert {name: (file.rejected, file.lines, file.after_others) for name, file in chosen.items()} == {
        "sites.csv": (0, 1, False), "etapes.csv": (0, 2, True), "journal.csv": (1, 3, True),
    }  # fmt: skip
    assert store.read("SELECT count(*) AS n FROM deposits")["n"].item() == 0
    outcomes = deposit_all(store, chosen.values(), {digest_of(content): content for _, content in files}, "m")
    aside = {one.name: one.report.rejected_lines for one in outcomes if one.report}
    # The schools that went in before it make one of its stages wrong: this number was said to be of the file alone.
    assert aside == {"sites.csv": 0, "etapes.csv": 1, "journal.csv": 1}
