"""Who may write and undo what: a manager for their canteens, by whatever file, and nothing of any other."""

from __future__ import annotations

import pytest

from data.access.accounts import (
    Account,
    AccountsRefused,
    accounts,
    active_accounts,
    end_sessions,
    save_account,
    save_accounts,
)
from data.access.accounts_file import read_accounts
from data.access.rights import EVERYTHING, MANAGER_KINDS, NOTHING, ROLES, Act, Person, Reach, reach
from data.deposit import edits, undo
from data.deposit.apply import DepositRefused, NotYours, apply, preview
from data.deposit.choices import Choices
from data.kinds import kinds
from data.queries import journal
from data.queries.journal import JournalFilter
from data.reading.decoding import DepositRefused as Unreadable
from data.store import Store

HEAD = "site_nom;site_type;date;prevision;reel\n"
MAPPING = b"site_nom;site_type;cantine_nom\nALPHA M;M;Alpha\nBETA E;E;Beta\nLIBRE;M;\n"
ANA = Person("ana@ville.fr", "cantine", canteens=frozenset(["Alpha"]))
OWN, OTHER = "ALPHA M;M;01/09/2025;100;95\n", "BETA E;E;01/09/2025;80;70\n"


@pytest.fixture
def city(store: Store) -> Store:
    apply(store, "mapping.csv", MAPPING, "mission")
    return store


def log(*lines: str) -> bytes:
    return (HEAD + "".join(lines)).encode()


def test_the_rights_of_each_role() -> None:
    canteens = frozenset(["Alpha"])
    known = {role: Person("x", role, canteens=canteens) for role in ROLES}
    table = {
        role: {(act, kind): reach(person, act, kind) for act in Act for kind in ("log", "events", "mapping", "risks")}
        for role, person in known.items()
    }
    assert set(table["mission"].values()) == {EVERYTHING}
    own = {
        (Act.DEPOSIT, "log"),
        (Act.DEPOSIT, "events"),
        *((Act.SEE, kind) for kind in ("log", "events", "mapping", "risks")),
    }
    assert {what for what, within in table["cantine"].items() if within} == own
    assert {table["cantine"][what] for what in own} == {Reach(canteens)}
    for role, acts in (
        ("comite", {Act.SEE, Act.REPORT}),
        ("cuisine", {Act.SEE, Act.ANSWER}),
        ("administration", {Act.ADMINISTER}),
    ):
        assert {what[0] for what, within in table[role].items() if within} == acts
    assert reach(Person("x", "unknown", canteens=canteens), Act.SEE) == NOTHING


def test_the_lines_of_other_canteens_are_rejected_and_counted(city: Store) -> None:
    report = apply(city, "mixed.csv", log(OWN, OTHER, "LIBRE;M;01/09/2025;10;9\n", "NEUF;M;01/09/2025;10;9\n"), ANA)
    assert (report.accepted, report.rejected_lines, report.other_canteens) == (1, 3, 3)
    assert city.read("SELECT DISTINCT site FROM services")["site"].tolist() == ["ALPHA M"]
    detail = city.read("SELECT detail FROM audit_log ORDER BY audit_id DESC LIMIT 1")["detail"][0]
    assert '"other_canteens": 3' in detail


def test_a_file_of_another_canteen_alone_is_refused(city: Store) -> None:
    with pytest.raises(DepositRefused, match="BETA"):
        apply(city, "other.csv", log(OTHER), ANA)
    assert preview(city, "other.csv", log(OTHER), ANA).rejected_lines == 1
    assert city.read("SELECT count(*) AS n FROM services")["n"][0] == 0


def test_a_label_that_is_the_own_name_of_a_canteen_is_this_canteens(city: Store) -> None:
    assert apply(city, "own.csv", log("alpha;M;01/09/2025;10;9\n"), ANA).accepted == 1
    with pytest.raises(DepositRefused):
        apply(city, "own.csv", log("beta;M;01/09/2025;10;9\n"), ANA)


def test_nobody_attaches_a_label_with_a_deposit_of_theirs(city: Store) -> None:
    with pytest.raises(DepositRefused):
        apply(city, "a.csv", log("LIBRE;M;01/09/2025;10;9\n"), ANA, {("LIBRE", "M"): "Alpha"})
    apply(city, "b.csv", log(OWN), ANA, {("LIBRE", "M"): "Alpha", ("BETA E", "E"): "Alpha"})
    points = city.read("SELECT site, canteen FROM service_points").set_index("site")["canteen"]
    assert points["BETA E"] == "Beta"
    assert points.isna()["LIBRE"]


@pytest.mark.parametrize("kind", sorted(set(kinds()) - {*MANAGER_KINDS}))
def test_a_manager_deposits_no_other_kind(city: Store, kind: str) -> None:
    from data.export.templates import filled_example

    with pytest.raises(NotYours, match="mission numérique"):
        preview(city, f"{kind}.csv", filled_example(kind, "csv"), ANA)


def test_a_manager_declares_events_of_their_canteens_only(city: Store) -> None:
    head = "type;date_debut;date_fin;cantine_nom;libelle\n"
    lines = ("sortie;03/12/2026;;Alpha;CM2\n", "sortie;03/12/2026;;Beta;CM2\n", "fermeture;04/12/2026;;;\n")
    report = apply(city, "events.csv", (head + "".join(lines)).encode(), ANA)
    assert (report.accepted, report.other_canteens) == (1, 2)
    assert city.read("SELECT canteen FROM events")["canteen"].tolist() == ["Alpha"]


def test_a_deposit_about_other_canteens_is_not_undone(city: Store) -> None:
    apply(city, "city.csv", log(OWN, OTHER), "mission")
    apply(city, "own.csv", log("ALPHA M;M;02/09/2025;100;95\n"), "mission")
    for deposit in (1, 2):
        with pytest.raises(undo.NotYours):
            undo.undo(city, deposit, ANA)
    assert undo.undo(city, 3, ANA) is None
    assert undo.redo(city, 3, ANA) is None
    with pytest.raises(undo.NotYours):
        undo.undo(city, 3, Person("eve@ville.fr", "cantine", canteens=frozenset(["Beta"])))
    with pytest.raises(undo.NotYours):
        undo.undo(city, 3, Person("eve@ville.fr", "cuisine"))


def test_a_manager_without_a_canteen_deposits_nothing(city: Store) -> None:
    with pytest.raises(NotYours, match="aucune cantine"):
        apply(city, "own.csv", log(OWN), Person("ana@ville.fr", "cantine"))


def test_an_account_keeps_what_it_was_before(city: Store) -> None:
    save_account(city, "max", "Ana@ville.fr", "cantine", active=True, canteens=["Beta", "Alpha"])
    save_account(city, "max", "ana@ville.fr", "cantine", active=True, canteens=["Alpha"])
    assert active_accounts(city) == {"ana@ville.fr": Account("cantine", canteens=frozenset(["Alpha"]))}
    detail = city.read("SELECT detail FROM audit_log ORDER BY audit_id DESC LIMIT 1")["detail"][0]
    assert '"before": {"role": "cantine", "active": true, "canteens": ["Alpha", "Beta"]}' in detail
    save_account(city, "max", "ana@ville.fr", "comite", active=False, canteens=["Alpha"])
    assert accounts(city).to_dict("records")[0]["canteens"].tolist() == []


def test_accounts_by_file_are_read_or_their_problems_named(city: Store) -> None:
    good = (
        "Adresse;Rôle;Cantines;Actif\nana@v.fr;Gestionnaire de cantine;alpha|Beta;oui\nzoe@v.fr;Cuisine centrale;;non\n"
    )
    given = read_accounts(city, good.encode("cp1252"))
    assert [(each.email, each.role, each.active, each.canteens) for each in given.accounts] == [
        ("ana@v.fr", "cantine", True, ("Alpha", "Beta")),
        ("zoe@v.fr", "cuisine", False, ()),
    ]
    assert not given.problems
    lines = (
        "a@v.fr,roi,",
        "pas une adresse,comite,",
        "b@v.fr,cantine,Gamma",
        "c@v.fr,cantine,",
        *["d@v.fr,comite,"] * 2,
    )
    bad = "\n".join(["adresse,role,cantines", *lines])
    assert len(read_accounts(city, bad.encode()).problems) == 5
    with pytest.raises(Unreadable, match="colonnes attendues"):
        read_accounts(city, b"a;b\n1;2\n")


def test_a_note_in_the_trail_changes_no_figure(city: Store) -> None:
    version = city.version()
    city.note("ana@ville.fr", "refused", {"subject": "page"})
    assert city.version() == version
    assert city.read("SELECT action FROM audit_log ORDER BY audit_id DESC LIMIT 1")["action"][0] == "refused"


def test_a_line_wrong_for_another_reason_has_that_reason_alone(city: Store) -> None:
    report = preview(city, "wrong.csv", log(OWN, "BETA E;;01/09/2025;80;70\n", ";E;01/09/2025;80;70\n"), ANA)
    assert (report.accepted, report.rejected_lines, report.other_canteens) == (1, 2, 0)
    assert all(finding.reason for finding in report.rejected)


def test_summed_lines_of_another_canteen_are_each_rejected(city: Store) -> None:
    head = "site_nom;site_type;date;service;reel\n"
    lines = ("ALPHA M;M;01/09/2025;1er;95\n", "BETA E;E;01/09/2025;1er;40\n", "BETA E;E;01/09/2025;2e;30\n")
    report = preview(city, "two.csv", (head + "".join(lines)).encode(), ANA, choices=Choices("service"))
    assert (report.lines, report.accepted, report.rejected_lines) == (3, 1, 2)


def test_the_first_administrator_of_the_configuration_stays_until_an_account_has_the_address(city: Store) -> None:
    first = "max@ville.fr"
    assert active_accounts(city, first) == {first: Account("administration")}
    save_account(city, first, "typo@vile.fr", "administration", active=True)
    assert active_accounts(city, first)[first].role == "administration"
    end_sessions(city, first)
    assert active_accounts(city, first)[first].generation > 0
    save_account(city, "typo@vile.fr", first, "comite", active=False)
    assert first not in active_accounts(city, first)


def test_the_last_administrator_is_kept_in_the_transaction(city: Store) -> None:
    save_account(city, "max", "max@ville.fr", "mission", active=True)
    with pytest.raises(AccountsRefused, match="Plus personne"):
        save_accounts(city, "max", [("max@ville.fr", "mission", False, ())], keep_administrator=True)
    assert "max@ville.fr" in active_accounts(city)


def test_who_is_not_of_the_mission_reads_no_exact_count_of_agents_in_the_journal(city: Store) -> None:
    edits.record(city, "sites", [{"ecole": "École A"}], "max", new=True)
    row = {"ecole": "École A", "metier": "ATSEM", "mois": "11/2026", "agents": "3"}
    assert edits.record(city, "equipment", [row], "max", new=True).saved
    kinds_seen = [
        set(journal.journal(city, JournalFilter(counts_of_people=exact))["kind"].dropna()) for exact in (True, False)
    ]
    assert kinds_seen[0] - kinds_seen[1] == {"equipment"}


def test_namesakes_are_named_in_a_file_by_their_labels(store: Store) -> None:
    apply(store, "m.csv", b"site_nom;site_type;cantine_nom\nA;M;PEHANT\nB;M;PEHANT \n", "mission")
    labels = store.read("SELECT label FROM canteens ORDER BY label")["label"].tolist()
    content = "\n".join(["adresse;role;cantines", *(f"a{n}@v.fr;cantine;{label}" for n, label in enumerate(labels))])
    given = read_accounts(store, content.encode())
    assert [each.canteens for each in given.accounts] == [("PEHANT",), ("PEHANT ",)]
