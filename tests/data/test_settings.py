"""A setting is checked, keeps its history, can be taken back, and changes the figures that depend on it."""

from __future__ import annotations

import io
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest
from PIL import Image

from data import migrate
from data.demo import load_demo, start_empty
from data.deposit.apply import apply
from data.export.files import export
from data.faults import StoreFault
from data.queries.overview import references
from data.queries.rollout import rollout_summary
from data.settings import SETTINGS, SettingRefused, history, logo, save, take_back, value, values
from data.settings.known import ALL, accepted, accepted_source
from data.store import Store

TODAY = date(2026, 6, 5)


def picture(size: tuple[int, int] = (600, 300), kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind)
    return out.getvalue()


def test_a_store_without_settings_has_the_figures_of_before(store: Store) -> None:
    found = {key: (reference.value, reference.unit) for key, reference in references(store).items()}
    assert found == {
        "waste_reference_g": (100.0, "g/repas"),
        "full_cost_eur_per_kg": (6.0, "€/kg"),
        "purchase_cost_eur_per_kg": (2.4, "€/kg"),
        "co2e_kg_per_kg": (4.0, "kg CO₂e/kg"),
        "meal_cost_eur": (2.0, "€"),
        "surplus_target_pct": (6.5, "%"),
        "schools_target": (12, "écoles"),
    }
    assert "ADEME 2016 : 0,68 €" in references(store)["full_cost_eur_per_kg"].source


def test_every_default_is_a_value_that_its_setting_accepts() -> None:
    for setting in ALL:
        assert accepted(setting, setting.default) == setting.default
        assert not setting.source or accepted_source(setting, setting.source) == setting.source


def test_a_change_has_its_source_its_author_and_its_line_of_the_trail(store: Store) -> None:
    assert save(store, "a@ville.fr", "full_cost_eur_per_kg", 7.5, "Délibération du 3 mars\u202e 2027\n")
    now = values(store)["full_cost_eur_per_kg"]
    assert (now.value, now.source, now.set_by) == (7.5, "Délibération du 3 mars 2027", "a@ville.fr")
    assert references(store)["full_cost_eur_per_kg"].value == 7.5
    version = store.version()
    assert not save(store, "b@ville.fr", "full_cost_eur_per_kg", 7.5, "Délibération du 3 mars 2027")
    assert store.version() == version
    [(detail,)] = store.read("SELECT detail::VARCHAR AS detail FROM audit_log WHERE action = 'setting'").values.tolist()
    assert '"setting": "full_cost_eur_per_kg"' in detail
    assert "6 €/kg (ADEME 2016" in detail
    assert "7,5 €/kg (Délibération du 3 mars 2027)" in detail


def test_the_last_change_can_be_taken_back_and_the_one_before_cannot(store: Store) -> None:
    save(store, "a", "schools_target", 20, "Comité de mai")
    save(store, "a", "schools_target", 30, "Comité de juin")
    last, first = history(store)["setting_id"].tolist()
    with pytest.raises(SettingRefused, match="dernier changement"):
        take_back(store, "b", first)
    assert take_back(store, "b", last)
    assert (value(store, "schools_target"), values(store)["schools_target"].source) == (20, "Comité de mai")
    take_back(store, "b", int(history(store)["setting_id"].iloc[0]))
    assert value(store, "schools_target") == 30  # what was taken back is put back
    assert rollout_summary(store, TODAY).goal == 30
    assert len(history(store)) == 4
    save(store, "a", "city_name", "Ville de Rezé")
    take_back(store, "a", int(history(store)["setting_id"].iloc[0]))
    assert value(store, "city_name") == "Ville de Nantes"


def test_two_people_who_change_one_setting_do_not_undo_each_other_unseen(store: Store) -> None:
    read = values(store)["backup_days"].setting_id
    save(store, "a", "backup_days", 10, since=read)
    with pytest.raises(SettingRefused, match="quelqu’un d’autre"):
        save(store, "b", "backup_days", 5, since=read)
    assert value(store, "backup_days") == 10


@pytest.mark.parametrize(
    ("key", "new", "source"),
    [
        ("waste_reference_g", float("nan"), "étude"),
        ("waste_reference_g", -1, "étude"),
        ("waste_reference_g", 1e9, "étude"),
        ("waste_reference_g", 90, " "),
        ("waste_reference_g", 90, "x" * 301),
        ("backup_hour", 24, ""),
        ("backup_hour", 2.5, ""),
        ("backup_hour", True, ""),
        ("backup_hour", "3", ""),
        ("backup_days", 0, ""),
        ("city_name", "\u202e \u200b", ""),
        ("city_name", "x" * 121, ""),
        ("city_siret", "1234", ""),
        ("backup_folder", "sauvegardes", ""),
        ("city_logo", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", ""),
        ("city_logo", picture(kind="GIF"), ""),
        ("city_logo", picture()[:200], ""),
        ("city_logo", picture((4_000, 1_001)), ""),
        ("city_logo", picture() + bytes(1 << 20), ""),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_in_french_and_nothing_changes(
    store: Store, key: str, new: object, source: str
) -> None:
    with pytest.raises(SettingRefused) as refusal:
        save(store, "a", key, new, source)
    assert str(refusal.value).endswith((".", ")"))
    assert store.version() == 0


def test_a_folder_that_cannot_be_written_to_is_refused_when_it_is_typed(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreFault, match="un de ses dossiers manque"):
        save(store, "a", "backup_folder", str(tmp_path / "file" / "sauvegardes"))
    assert save(store, "a", "backup_folder", str(tmp_path / "new" / "sauvegardes"))
    assert (tmp_path / "new" / "sauvegardes").is_dir()


def test_the_logo_is_kept_as_a_small_picture_and_nothing_else_of_its_file(store: Store) -> None:
    save(store, "a", "city_logo", picture() + b"<script>alert(1)</script>")
    kept = logo.as_png(value(store, "city_logo"))
    assert kept and b"script" not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert (image.format, image.size) == ("PNG", (320, 160))
    assert "image de 1 ko" in store.read("SELECT detail::VARCHAR AS detail FROM audit_log")["detail"].item()
    save(store, "a", "city_logo", None)
    assert value(store, "city_logo") is None


def test_the_published_menus_name_the_city_of_the_settings(store: Store) -> None:
    apply(store, "menus.csv", b"date,rang,plat\n05/06/2026,2,Riz\n", "a")
    assert "Ville de Nantes" in export(store, "menus_scdl", "open").decode()
    save(store, "a", "city_name", "Ville de Rezé")
    save(store, "a", "city_siret", "21440143200014")
    published = export(store, "menus_scdl", "open").decode()
    assert "\r\nVille de Rezé,21440143200014,Cuisine" in published


def test_the_settings_stay_when_the_demonstration_is_erased(store: Store) -> None:
    load_demo(store, TODAY)
    save(store, "a", "surplus_target_pct", 5, "Comité de mai")
    start_empty(store, "a")
    assert value(store, "surplus_target_pct") == 5


def test_what_was_changed_by_hand_before_settings_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    earlier = tmp_path / "migrations"
    earlier.mkdir()
    for file in migrate.FOLDER.glob("*.sql"):
        if file.name < "0020":
            shutil.copy(file, earlier)
    with monkeypatch.context() as patched:
        patched.setattr(migrate, "FOLDER", earlier)
        Store(tmp_path / "old.duckdb").close()
    with duckdb.connect(str(tmp_path / "old.duckdb")) as connection:
        connection.execute("UPDATE parameters SET value = 5, source = 'Facture' WHERE name = 'full_cost_eur_per_kg'")
        connection.execute("UPDATE publisher SET name = 'Ville de Rezé'")
    store = Store(tmp_path / "old.duckdb")
    assert {row["key"] for row in history(store).to_dict("records")} == {"full_cost_eur_per_kg", "city_name"}
    assert (values(store)["full_cost_eur_per_kg"].value, values(store)["full_cost_eur_per_kg"].source) == (5, "Facture")
    assert store.read("SELECT name, siret FROM publisher").values.tolist() == [["Ville de Rezé", "21440109300015"]]
    store.close()


def test_who_publishes_has_one_default_in_the_view_and_in_the_settings(store: Store) -> None:
    row = store.read("FROM publisher").iloc[0]
    assert (row["name"], row["siret"], row["kitchen"]) == tuple(
        SETTINGS[key].default for key in ("city_name", "city_siret", "kitchen_name")
    )
