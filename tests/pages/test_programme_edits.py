"""The mission keeps the programme up to date by forms: what is wrong is refused beside its field, nothing is lost."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from data.access.accounts import save_account
from data.clock import today_in_paris
from data.deposit import edits
from data.deposit.apply import apply
from data.deposit.undo import undo
from data.kinds import kinds
from data.store import Store
from tests.pages.conftest import Open, add_user, texts
from ui import session
from ui.edit import block
from ui.edit import line as edit_line

ROLLOUT, EQUIPMENT = "pages/mission/deploiement.py", "pages/mission/equipement.py"
TOMORROW = (today_in_paris() + timedelta(days=1)).strftime("%d/%m/%Y")


def choose(app: AppTest, label: str, value: str) -> AppTest:
    box = next(box for box in app.selectbox if box.label.startswith(label))
    return box.set_value(value).run()


def editor(app: AppTest, what: str, line: str | None = None) -> AppTest:
    """Open the form of one line: `what` begins the offer, `line` is part of the name of the line."""
    offer = next(offer for offer in block.ROLLOUT | block.EQUIPMENT if what in offer)
    asked = next(box for box in app.selectbox if box.label.startswith("Que voulez-vous"))
    if not (line and asked.value == offer):
        choose(app, "Que voulez-vous", offer)
    if line:
        box = next(box for box in app.selectbox if box.label == "Ligne à modifier")
        box.set_value(next(option for option in box.options if line in option)).run()
    assert not app.exception
    return app


def fill(app: AppTest, **values: str) -> AppTest:
    """Type in the fields named by their column, and save."""
    for name, value in values.items():
        widgets = [*app.text_input, *app.selectbox]
        next(w for w in widgets if w.key and w.key.endswith(f"_{name}")).set_value(value)
    app = next(button for button in app.button if button.label == "Enregistrer").click().run()
    assert not app.exception
    return app


def refusals(app: AppTest) -> str:
    found = [element.value for element in app.html if 'class="refusal"' in element.value]
    return "\n".join(found).replace("\u00a0", " ")


def rows(path: Path, kind: str) -> list[edits.Row]:

    session.close()
    store = Store(path)
    found = edits.rows(store, kind)
    store.close()
    return found


# page, form, line, what is typed, what is said
WRONG = [
    (ROLLOUT, "dates d’une étape", "Hypatie · test", {"debut_reel": "31/02/2026"}, "n’est pas une date"),
    (ROLLOUT, "dates d’une étape", "Hypatie · test", {"fin_reelle": TOMORROW}, "est à venir"),
    (ROLLOUT, "dates d’une étape", "Hypatie · cadrage", {"fin_reelle": "01/01/2024"}, "la fin réelle précède"),
    (ROLLOUT, "dates d’une étape", "Arroux · généralisation", {"debut_reel": "01/06/2026"}, "étape sautée"),
    (ROLLOUT, "dates d’une étape", "Hypatie · cadrage", {"debut_reel": ""}, "indiquez le début réel"),
    (ROLLOUT, "situation", "Hypatie", {"meteo": "orage", "meteo_raison": ""}, "sans raison"),
    (ROLLOUT, "jalon", None, {"jalon": "Bilan", "atteint_le": TOMORROW}, "est à venir"),
    (EQUIPMENT, "agents", "Alan Turing · restauration", {"agents": "-3"}, "inférieur au minimum, 0"),
    (EQUIPMENT, "agents", "Alan Turing · restauration", {"identites_activees": "400"}, "400 identités activées pour"),
    (EQUIPMENT, "matériel", None, {"identifiant": "MAT-001", "ecole": "École élémentaire Hypatie"}, "déjà connu"),
    (EQUIPMENT, "atelier", None, {"date": "", "atelier": "Poste"}, "« Date » est obligatoire"),
    (ROLLOUT, "risque", None, {}, "« Risque » est obligatoire : remplissez cette case"),
    (ROLLOUT, "décision", None, {"prise_le": "31 mars"}, "« Décision » est obligatoire"),
    (EQUIPMENT, "demande", "D-2025-002", {"clos_le": "01/01/2020"}, "close avant d’être ouverte"),
]  # fmt: skip


@pytest.mark.parametrize("page", [ROLLOUT, EQUIPMENT])
def test_a_wrong_entry_is_refused_beside_its_field_in_french_and_what_was_typed_stays(
    open_app: Open, demo_store: Path, page: str
) -> None:
    app = open_app(demo_store, page)
    for where, what, line, typed, said in WRONG:
        if where != page:
            continue
        for key in [key for key in app.session_state if key.startswith("round_")]:
            app.session_state[key] += 1  # what the refusal before kept in the fields is left
        editor(app, what, line)
        fill(app, **typed)
        assert said in refusals(app), (what, typed)
        kept = {w.key: w.value for w in [*app.text_input, *app.selectbox] if w.key}
        for name, value in typed.items():
            assert value in [kept[key] for key in kept if key.endswith(f"_{name}")], (what, name)


def test_a_change_is_shown_at_once_taken_back_and_a_line_can_be_removed(open_app: Open, demo_store: Path) -> None:
    app = editor(open_app(demo_store, ROLLOUT), "situation", "Hypatie")
    fill(app, raccordement="bloquée", meteo="orage", meteo_raison="Gaine bouchée <b>")
    assert "raccordement : faite → bloquée" in texts(app)
    next(button for button in app.button if button.label == "Annuler").click().run()
    fill(editor(app, "jalon", "Premier bilan"), atteint_le="")
    assert "atteint le : " in texts(app)
    editor(app, "jalon", "Douze écoles")
    next(button for button in app.button if button.label == "Retirer cette ligne").click().run()
    assert not app.exception
    milestones = {row["jalon"]: row for row in rows(demo_store, "milestones")}
    assert milestones["Premier bilan présenté au comité"]["atteint_le"] is None
    assert "Douze écoles raccordées" not in milestones
    assert {row["raccordement"] for row in rows(demo_store, "sites") if "Hypatie" in row["ecole"]} == {"faite"}


def test_what_is_doubted_of_an_entry_stays_on_the_page_with_what_was_saved(open_app: Open, demo_store: Path) -> None:
    app = editor(open_app(demo_store, EQUIPMENT), "Les agents")
    fill(app, ecole="École élémentaire Hypatie", metier="dompteur", mois="05/2026", agents="6")
    assert "métier jamais compté : « dompteur »" in texts(app)
    assert not refusals(app)
    assert "dompteur" in {row["metier"] for row in rows(demo_store, "equipment")}


def elsewhere(path: Path, kind: str, lines: list[edits.Row]) -> None:
    """Record lines as another session would, while a page is open."""

    session.close()
    store = Store(path)
    assert edits.record(store, kind, lines, "autre@ville.fr").saved
    store.close()


def test_what_another_session_already_recorded_is_doubted_but_not_said_to_be_saved(
    open_app: Open, demo_store: Path
) -> None:
    app = editor(open_app(demo_store, ROLLOUT), "situation", "Hypatie")
    typed = {"raccordement": "bloquée", "meteo": "soleil"}
    elsewhere(demo_store, "sites", [{"ecole": "École élémentaire Hypatie", **typed}])
    fill(app, **typed)
    said = [warning.value.replace("\u00a0", " ") for warning in app.warning]
    assert said[1:] == ["C’était déjà connu ; c’est à vérifier :"]
    assert "bloqué sous le soleil" in texts(app)


def test_a_change_that_left_the_list_meanwhile_is_still_taken_back(open_app: Open, demo_store: Path) -> None:
    app = fill(editor(open_app(demo_store, ROLLOUT), "situation", "Hypatie"), prochaine_action="Fixer la tablette")
    button = next(button for button in app.button if button.label == "Annuler")
    for count in range(7):
        elsewhere(demo_store, "sites", [{"ecole": "École élémentaire Arroux", "prochaine_action": f"Appel {count}"}])
    app = button.click().run()
    assert not app.exception
    assert "Fixer la tablette" not in {row["prochaine_action"] for row in rows(demo_store, "sites")}


def test_a_change_that_somebody_else_took_back_meanwhile_says_that_nothing_changed(
    open_app: Open, demo_store: Path
) -> None:

    app = fill(editor(open_app(demo_store, ROLLOUT), "situation", "Hypatie"), prochaine_action="Fixer la tablette")
    button = next(button for button in app.button if button.label == "Annuler")
    session.close()
    store = Store(demo_store)
    undo(store, int(edits.recent(store, 1)[0]["deposit_id"]), "autre@ville.fr")
    store.close()
    app = button.click().run()
    assert [error.value for error in app.error] == ["Rien n’a changé."]
    assert "est déjà annulé : rien ne change. La liste ci-dessous vient d’être relue" in texts(app)


def test_the_form_asks_first_for_what_names_the_line_and_says_what_must_be_filled(
    open_app: Open, demo_store: Path
) -> None:
    app = editor(open_app(demo_store, EQUIPMENT), "atelier")
    fields = [w.label for w in app.main if w.type in ("text_input", "selectbox") and w.key.startswith("workshops_")]
    assert [label for label in fields if "obligatoire" in label] == fields[:3]
    assert [label.split(" ")[0] for label in fields[:3]] == ["Atelier", "École", "Date"]


def test_a_day_is_asked_after_the_text_it_is_the_day_of() -> None:
    names = [field.name for field in edit_line.in_reading_order(list(kinds()["pilots"].fields), "pilots")]
    assert names[-4:] == ["a_decider", "attendue_le", "choix", "prise_le"]


def test_a_change_taken_back_stays_in_the_list_marked_is_put_back_and_is_not_written_back_by_the_next_save(
    open_app: Open, demo_store: Path
) -> None:
    def shown() -> str | None:
        return next(box.value for box in app.selectbox if box.key and box.key.endswith("_raccordement"))

    def press(label: str) -> AppTest:
        return next(button for button in app.button if button.label == label).click().run()

    app = fill(editor(open_app(demo_store, ROLLOUT), "situation", "Hypatie"), raccordement="bloquée", meteo="nuage")
    assert shown() == "bloquée"
    before = sum(button.label == "Annuler" for button in app.button)
    app = press("Annuler")
    assert "<strong>Annulé</strong> le " in texts(app) and "<s>" in texts(app)
    assert sum(button.label == "Annuler" for button in app.button) == before - 1
    assert shown() == "faite"
    app = press("Rétablir")
    assert "<strong>Annulé</strong>" not in texts(app)
    assert shown() == "bloquée"
    app = press("Annuler")
    fill(app, prochaine_action="Fixer la tablette")
    # The last changes are those of the page.
    assert "Fixer la tablette" in texts(app)
    assert "Fixer la tablette" not in texts(app.switch_page(EQUIPMENT).run())
    site = next(row for row in rows(demo_store, "sites") if "Hypatie" in row["ecole"])
    assert (site["raccordement"], site["prochaine_action"]) == ("faite", "Fixer la tablette")


def test_a_change_that_others_depend_on_is_taken_back_and_the_page_says_which_to_take_back_too(
    open_app: Open, empty_store: Path
) -> None:
    stage = {"ecole": "École Alpha", "etape": "cadrage"}
    store = Store(empty_store)
    assert edits.record(store, "schools", [{"ecole": "École Alpha", "cantine_nom": "Alpha"}], "m").saved
    assert edits.record(store, "sites", [{"ecole": "École Alpha", "raccordement": "à faire"}], "m").saved
    assert edits.record(store, "stages", [stage | {"debut_reel": "03/03/2025"}], "m").saved
    assert edits.record(store, "stages", [stage | {"fin_reelle": "07/03/2025"}], "m").saved
    store.close()
    app = open_app(empty_store, ROLLOUT)
    app.button(key="annuler_3").click().run()
    assert "une ligne est fausse (École Alpha · cadrage : étape finie sans début" in texts(app)
    assert "Annulez aussi le dépôt n° 4" in texts(app)
    # It is said as long as it is so, to whoever opens the page.
    app = open_app(empty_store, ROLLOUT)
    assert "À corriger" in texts(app) and "École Alpha · cadrage : étape finie sans début" in texts(app)
    app.button(key="annuler_4").click().run()
    assert "À corriger" not in texts(app)
    assert rows(empty_store, "stages") == []


def test_a_refusal_of_what_the_form_does_not_ask_is_shown_too(open_app: Open, empty_store: Path) -> None:
    store = Store(empty_store)
    assert edits.record(store, "sites", [{"ecole": "École Alfa", "raccordement": "à faire"}], "m").saved
    assert edits.record(store, "schools", [{"ecole": "École Alpha", "cantine_nom": "Alpha"}], "m").saved
    store.close()
    app = editor(open_app(empty_store, ROLLOUT), "situation", "Alfa")
    fill(app, meteo="nuage")
    assert "le nom connu le plus proche est « École Alpha »" in refusals(app)


def test_the_comite_reads_and_changes_nothing(open_app: Open, demo_store: Path) -> None:
    add_user(demo_store, "comite")
    for page in (ROLLOUT, EQUIPMENT):
        app = open_app(demo_store, page, role="comite")
        assert not app.exception
        assert not [box for box in app.selectbox if box.label.startswith("Que voulez-vous")]
        assert not [button for button in app.button if button.label in ("Enregistrer", "Annuler")]


def test_a_new_store_takes_its_first_school_by_the_form(open_app: Open, empty_store: Path) -> None:
    store = Store(empty_store)
    assert edits.record(store, "schools", [{"ecole": "École Alpha", "cantine_nom": "Alpha"}], "m").saved
    store.close()
    app = editor(open_app(empty_store, ROLLOUT), "situation")
    fill(app, ecole="École Alpha", raccordement="à faire")
    assert rows(empty_store, "sites")[0]["raccordement"] == "à faire"


def test_a_school_moves_to_its_next_stage_and_a_wrong_day_is_refused_with_both_days_kept(
    open_app: Open, demo_store: Path
) -> None:
    def save(end: str, start: str) -> AppTest:
        for field, value in zip(days(), (end, start), strict=True):
            field.set_value(value)
        return next(button for button in app.button if button.label == "Enregistrer").click().run()

    def days() -> list[Any]:
        return [field for field in app.text_input if field.label.startswith(("Fin de", "Début de"))]

    app = editor(open_app(demo_store, ROLLOUT), "étape suivante")
    choose(app, "École", "École élémentaire Hypatie")
    app = save("", TOMORROW)  # a start alone, the end left empty
    assert not app.exception
    assert "est à venir" in refusals(app)
    app = save(TOMORROW, "05/06/2026")
    assert "est à venir" in refusals(app)
    assert [field.value for field in days()] == [TOMORROW, "05/06/2026"]
    app = save("04/06/2026", "05/06/2026")
    assert not app.exception
    assert "bilan, début réel : — → 05/06/2026" in texts(app)
    found = {row["etape"]: row for row in rows(demo_store, "stages") if "Hypatie" in row["ecole"]}
    assert (found["test"]["fin_reelle"], found["bilan"]["debut_reel"]) == (date(2026, 6, 4), date(2026, 6, 5))


def test_a_school_that_moves_over_stages_without_any_date_is_doubted_beside_the_field(
    open_app: Open, empty_store: Path
) -> None:
    store = Store(empty_store)
    assert edits.record(store, "schools", [{"ecole": "École Alpha", "cantine_nom": "Alpha"}], "m").saved
    assert edits.record(store, "sites", [{"ecole": "École Alpha", "raccordement": "à faire"}], "m").saved
    stages = [
        {"ecole": "École Alpha", "etape": "cadrage", "debut_reel": "03/03/2025"},
        {"ecole": "École Alpha", "etape": "installation", "debut_prevu": "10/03/2025"},
    ]
    assert edits.record(store, "stages", stages, "m").saved
    store.close()
    app = editor(open_app(empty_store, ROLLOUT), "étape suivante")
    choose(app, "École", "École Alpha")
    assert "n’est connue pour « préparation » : est-ce un oubli ?" in texts(app)
    next(button for button in app.button if button.label == "Enregistrer").click().run()
    assert not app.exception and not refusals(app)
    assert rows(empty_store, "stages")[-1]["debut_reel"] == today_in_paris()


def test_a_canteen_manager_neither_deposits_nor_sees_the_files_of_the_programme(
    open_app: Open, demo_store: Path
) -> None:
    add_user(demo_store, "cantine")
    app = open_app(demo_store, "pages/cantine/depot.py", role="cantine")
    assert "n’a encore aucune cantine" in texts(app)
    assert not app.file_uploader
    session.close()
    store = Store(demo_store)
    site, kind, canteen = store.read("SELECT * FROM service_points WHERE canteen IS NOT NULL LIMIT 1").iloc[0]
    apply(store, "journal.csv", f"site_nom;site_type;date;reel\n{site};{kind};02/06/2026;99\n".encode(), "max@ville.fr")
    save_account(store, "max@ville.fr", "cantine@ville.fr", "cantine", active=True, canteens=[canteen])
    store.close()
    app = open_app(demo_store, "pages/cantine/depot.py", role="cantine")
    content = "identifiant;ecole;type\nMAT-900;École élémentaire Hypatie;tablette\n".encode()
    app.file_uploader[0].set_value(("materiels.csv", content, "text/csv")).run()
    assert not app.exception
    assert "seule la mission numérique dépose ces fichiers" in texts(app)
    assert not [button for button in app.button if button.label == "Enregistrer ces données"]
    files = {name for box in app.selectbox if box.label == "Dépôt" for name in box.options}
    assert files and not [name for name in files if "materiels" in name or "equipement" in name]
    kinds_offered = next(box.options for box in app.selectbox if box.label == "Type de fichier")
    assert "Équipement des agents" not in kinds_offered


def test_a_month_is_corrected_in_a_table_all_or_nothing_and_each_refused_cell_is_named(
    open_app: Open, demo_store: Path
) -> None:
    def save(**cells: str) -> AppTest:
        # A keyed editor takes what was typed as its state, by row and column.
        typed = {int(name[-1]): {name[:-2]: value} for name, value in cells.items()}
        app.session_state[app.data_editor[0].key] = {"edited_rows": typed, "added_rows": [], "deleted_rows": []}
        return next(button for button in app.button if button.label == "Enregistrer le tableau").click().run()

    app = editor(open_app(demo_store, EQUIPMENT), "en un tableau")
    trades = app.data_editor[0].value["metier"].tolist()[:2]
    app = save(identites_activees_0="400", formes_1="0")
    assert not app.exception
    assert f"{trades[0]}, Identités activées : 400 identités activées pour" in refusals(app)
    # Another month has other cells: nothing of it is refused.
    month = next(box for box in app.selectbox if box.label == "Mois")
    june = month.value
    month.set_value(next(option for option in reversed(month.options) if option != june)).run()
    assert refusals(app) == ""
    next(box for box in app.selectbox if box.label == "Mois").set_value(june).run()
    app = save(agents_0="30", formes_1="0")
    assert not app.exception
    assert refusals(app) == ""
    month = [row for row in rows(demo_store, "equipment") if row["mois"] == date(2026, 6, 1)]
    assert (month[0]["agents"], month[1]["formes"]) == (30, 0)
