"""The service sheet on a tablet: few taps, and a network that drops; every sheet is stored once, none is lost."""

from __future__ import annotations

import os
import random
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Locator, Page, expect

from data.calendar.school import service_days
from data.clock import today_in_paris
from data.deposit.apply import apply
from data.store import Store
from tests.browser.conftest import one_time_address, serve
from tests.browser.network import CUT, DEAF, UP, Network
from tests.browser.steps import SLOW, opened, picture, spaced

# How many random schedules of cuts are tried every day; ANTIGASPI_SCHEDULES=30 for the whole bar.
SCHEDULES = int(os.environ.get("ANTIGASPI_SCHEDULES", "1"))
DISHES = ("Melon", "Purée <b>maison</b> [x](http://e)", "Yaourt", "Biscuit")
SAVE = "Enregistrer"
TOLD = ("Enregistré.", "En attente d’envoi", "Envoi en cours", "À vérifier")


def last_days(store: Store) -> list[date]:
    today = today_in_paris()
    return service_days(store, today - timedelta(days=90), today, frozenset({1, 2, 4, 5}))


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the path of a store with canteens of two service points, known up to a week ago, and today's menus."""
    store = Store(tmp_path_factory.mktemp("sheets") / "store.duckdb")
    points = [(f"C{n:02d} {kind}", kind, f"C{n:02d}") for n in range(max(SCHEDULES, 4) + 2) for kind in "ME"]
    mapping = ["site_nom;site_type;cantine_nom", *(";".join(point) for point in points)]
    apply(store, "rattachements.csv", "\n".join(mapping).encode(), "mission")
    days = last_days(store)
    log = [f"{site};{kind};{day:%d/%m/%Y};110;100;1,5;4,0;6,5" for day in days[:-5] for site, kind, _ in points]
    header = "site_nom;site_type;date;prevision;reel;preparation_kg;non_servi_kg;restes_assiette_kg"
    apply(store, "journal.csv", "\n".join([header, *log]).encode(), "mission")
    planned = [f"{site};{kind};{day:%d/%m/%Y};112" for day in days[-5:] for site, kind, _ in points]
    apply(store, "prevu.csv", "\n".join(["site_nom;site_type;date;prevision", *planned]).encode(), "mission")
    menu = [f"{day:%d/%m/%Y};{n};plat;{dish}" for day in days[-5:] for n, dish in enumerate(DISHES)]
    apply(store, "menus.csv", "\n".join(["date;ordre;composante;plat", *menu]).encode(), "mission")
    store.close()
    return store.path


@pytest.fixture(scope="module")
def server(path: Path) -> Iterator[str]:
    """Start the application on that store."""
    with serve(path, ANTIGASPI_AUTO_REFRESH="0") as address:
        yield address


@pytest.fixture(params=[(390, 844), (768, 1024)], ids=["telephone", "tablette"])
def tablet(request: pytest.FixtureRequest, browser: Browser, server: str) -> Iterator[Page]:
    """Return a touch screen on the home of the application."""
    width, height = request.param
    with browser.new_context(
        viewport={"width": width, "height": height}, locale="fr-FR", has_touch=True, is_mobile=True
    ) as context:
        page = context.new_page()
        page.goto(one_time_address(server))
        opened(page)
        yield page


@dataclass
class Taps:
    """Counts the taps of a person."""

    count: int = 0

    def on(self, place: Locator) -> None:
        place.tap(timeout=SLOW)
        self.count += 1


def test_a_whole_sheet_takes_few_taps_and_the_key_to_save_is_always_in_sight(
    tablet: Page, server: str, request: pytest.FixtureRequest
) -> None:
    narrow = "telephone" in request.node.name
    tablet.goto(f"{server}/saisie?cantine={'C00' if narrow else 'C01'}")
    opened(tablet)
    save = tablet.get_by_role("button", name=SAVE, exact=True)
    expect(save).to_be_visible(timeout=SLOW)
    expect(save).to_be_in_viewport(ratio=1)  # before anybody scrolls
    expect(tablet.get_by_label("Repas prévus").first).to_have_value("112")
    began, taps = time.monotonic(), Taps()
    for point in (0, 1):
        taps.on(tablet.get_by_label("Repas servis").nth(point))
        tablet.keyboard.type("10" + str(point + 5))
        for title, kilos in (("Préparation (kg)", "1,5"), ("Non servi (kg)", "2.25"), ("Restes d’assiette (kg)", "6")):
            taps.on(tablet.get_by_label(title).nth(point))
            tablet.keyboard.type(kilos)
    for dish in DISHES:
        taps.on(tablet.get_by_role("group", name=dish).get_by_role("button", name="Bien aimé"))
    expect(save).to_be_in_viewport(ratio=1)
    taps.on(save)
    expect(tablet.get_by_role("heading", name="Enregistré")).to_be_visible(timeout=SLOW)
    assert time.monotonic() - began <= 40
    assert taps.count <= 14, f"{taps.count} taps"
    panel = tablet.locator(".panel.stored")
    assert "Maternelle, repas servis : 105" in spaced(panel.inner_text())
    assert "Élémentaire, non servi : 2.25 kg" in spaced(panel.inner_text()).replace("2,25", "2.25")
    expect(tablet.get_by_text("Mes dernières saisies")).to_have_count(1)
    expect(tablet.get_by_test_id("stMain").get_by_text("105 servis")).to_be_visible(timeout=SLOW)
    for button in tablet.locator(".sheet button, .sheet input").all():
        box = button.bounding_box()
        assert box, "each key can be seen"
        assert min(box["width"], box["height"]) >= 44, button.inner_text()
    picture(tablet, f"saisie_{'telephone' if narrow else 'tablette'}", 1_000)
    tablet.set_viewport_size({"width": 390 if narrow else 768, "height": 900})

    tablet.get_by_role("button", name="Annuler cette saisie").tap()
    expect(tablet.get_by_role("heading", name="Saisie annulée")).to_be_visible(timeout=SLOW)
    expect(tablet.get_by_label("Repas servis").first).to_have_value("")


def test_what_is_doubtful_is_said_while_typing_and_stops_nobody(tablet: Page, server: str) -> None:
    tablet.goto(f"{server}/saisie?cantine=C02")
    opened(tablet)
    served = tablet.get_by_label("Repas servis").first
    served.fill("300")
    expect(tablet.get_by_text("300 servis pour 112 prévus, plus du double")).to_be_visible()
    served.fill("20")
    expect(tablet.get_by_text("moins du tiers")).to_be_visible()
    tablet.get_by_label("Restes d’assiette (kg)").first.fill("40")
    expect(tablet.get_by_text("plus d’un kilo jeté par repas servi")).to_be_visible()
    served.fill("cent")
    expect(tablet.get_by_text("écrivez un nombre, en chiffres")).to_be_visible()
    tablet.get_by_role("button", name=SAVE, exact=True).tap()
    expect(tablet.get_by_text("Cette saisie n’est pas enregistrée.")).to_be_visible(timeout=SLOW)
    tablet.get_by_role("button", name="Corriger").tap()
    expect(served).to_have_value("cent")
    served.fill("")
    expect(tablet.get_by_text("écrivez un nombre, en chiffres")).to_be_hidden()
    tablet.get_by_role("button", name="Jour précédent").tap()  # what was typed stays in the tablet
    tablet.get_by_role("button", name="Jour suivant").tap()
    expect(tablet.get_by_label("Restes d’assiette (kg)").first).to_have_value("40")


# ---------------------------------------------------------------- a server that refuses
@pytest.fixture
def form(browser: Browser, server: str) -> Iterator[Page]:
    """Return a tablet that came in."""
    with browser.new_context(viewport={"width": 768, "height": 1024}, locale="fr-FR", has_touch=True) as context:
        page = context.new_page()
        page.goto(one_time_address(server))
        opened(page)
        yield page


def began(page: Page, server: str, canteen: str) -> None:
    page.goto(f"{server}/saisie?cantine={canteen}")
    opened(page)
    expect(page.locator(".status")).to_be_visible(timeout=SLOW)


def saved(page: Page, **typed: str) -> None:
    for title, value in typed.items():
        page.get_by_label(f"Repas {title}").first.fill(value)
    page.get_by_role("button", name=SAVE, exact=True).tap()


def other_day(page: Page) -> None:
    shown = page.locator(".day h2").text_content() or ""
    page.get_by_role("button", name="Jour précédent").tap()
    expect(page.locator(".day h2")).not_to_have_text(shown)


def test_a_sheet_that_cannot_pass_stops_no_other(form: Page, server: str) -> None:
    began(form, server, "C03")
    answers = [(403, '{"message": "Votre connexion date : reconnectez-vous."}')]
    form.route("**/antigaspi/sheet/who", lambda route: route.fulfill(
        status=answers[0][0], content_type="application/json", body=answers[0][1]
    ) if answers else route.continue_())  # fmt: skip
    saved(form, servis="101")
    status = form.locator(".status")
    expect(status).to_contain_text("reconnectez-vous", timeout=SLOW)
    saved(form, servis="100")  # of the same day: it was typed over the first, and must not pass before it
    other_day(form)
    saved(form, servis="102")
    expect(status).to_contain_text("reconnectez-vous", timeout=SLOW)
    assert "réseau" not in status.inner_text()
    first = form.evaluate("antigaspiOutbox.all()[0].key")
    failed = (500, "text/plain", "Internal Server Error")
    form.route("**/antigaspi/sheet", lambda route: route.fulfill(
        status=failed[0], content_type=failed[1], body=failed[2]
    ) if first in (route.request.post_data or "") else route.continue_())  # fmt: skip
    answers.clear()
    form.evaluate("antigaspiOutbox.send()")
    expect(form.get_by_role("heading", name="Enregistré")).to_be_visible(timeout=SLOW)
    expect(status).to_contain_text("Le serveur est occupé", timeout=SLOW)
    assert form.evaluate("antigaspiOutbox.all().map((item) => item.state)") == ["waiting", "waiting"]
    failed = (415, "application/json", '{"message": "Cette saisie est illisible."}')
    form.evaluate("antigaspiOutbox.send()")
    expect(form.get_by_text("Cette saisie est illisible.")).to_be_visible(timeout=SLOW)
    expect(form.get_by_text("vous 100, déjà enregistré rien")).to_be_visible(timeout=SLOW)
    form.get_by_role("button", name="Supprimer cette saisie").tap()
    expect(form.get_by_text("Cette saisie est illisible.")).to_have_count(0)
    assert form.evaluate("antigaspiOutbox.all().map((item) => [item.state, item.sheet.points[0].typed.reel])") == [
        ["conflict", "100"]
    ]


def test_a_corrected_sheet_overwrites_nothing_that_somebody_else_told_meanwhile(form: Page, server: str) -> None:
    began(form, server, "C04")
    saved(form, servis="cent")
    expect(form.get_by_text("Cette saisie n’est pas enregistrée.")).to_be_visible(timeout=SLOW)
    other = form.context.new_page()
    began(other, server, "C04")
    saved(other, prévus="90", servis="88")
    expect(other.get_by_role("heading", name="Enregistré")).to_be_visible(timeout=SLOW)
    other.close()
    began(form, server, "C04")
    expect(form.get_by_label("Repas prévus").first).to_have_value("90")
    form.get_by_role("button", name="Corriger").tap()
    expect(form.get_by_label("Repas servis").first).to_have_value("cent")
    expect(form.get_by_label("Repas prévus").first).to_have_value("90")
    saved(form, servis="105")
    expect(form.get_by_text("vous 105, déjà enregistré 88")).to_be_visible(timeout=SLOW)
    form.get_by_role("button", name="Garder l’autre").tap()
    expect(form.locator(".panel.check")).to_have_count(0)


def test_what_is_stored_of_another_day_says_which_and_lets_one_type(form: Page, server: str) -> None:
    began(form, server, "C05")
    form.context.set_offline(True)
    day = form.locator(".day h2").text_content()
    saved(form, servis="101")
    expect(form.locator(".status")).to_contain_text("pas de réseau", timeout=SLOW)
    form.route("**/antigaspi/sheet", lambda route: route.abort())
    form.context.set_offline(False)
    other_day(form)
    served = form.get_by_label("Repas servis").first
    served.fill("1")
    form.unroute("**/antigaspi/sheet")
    form.evaluate("antigaspiOutbox.send()")
    expect(form.locator(".panel.stored h2")).to_have_text(f"Enregistré\u00a0: C05, {day}", timeout=SLOW)
    form.wait_for_timeout(500)  # the figures of the day come back
    form.keyboard.type("07")
    expect(served).to_have_value("107")


# ---------------------------------------------------------------- a network that drops
@dataclass
class Tablet:
    """A tablet behind a network of its own, on one canteen and day."""

    context: BrowserContext
    network: Network
    address: str = ""
    page: Page | None = None
    draft: str | None = None
    pressed: list[int] = field(default_factory=list)
    given_up: list[int] = field(default_factory=list)

    def open(self) -> None:
        """Open the page, unless the network is cut; what was typed and not sent is still there."""
        if self.page:
            self.page.close()
        self.page = self.context.new_page()
        try:
            self.page.goto(self.address, timeout=SLOW)
            expect(self.page.locator(".status")).to_be_visible(timeout=SLOW)
        except (Error, AssertionError):
            assert self.network.state != UP
            self.page.close()
            self.page = None
            return
        if self.draft:
            expect(self.served()).to_have_value(self.draft)

    def served(self) -> Locator:
        assert self.page
        return self.page.get_by_label("Repas servis").first

    def type(self, meals: int) -> None:
        self.served().fill(str(meals))
        self.draft = str(meals)

    def press(self, meals: int, taps: int) -> None:
        self.type(meals)
        assert self.page
        for _ in range(taps):
            self.page.get_by_role("button", name=SAVE, exact=True).tap()
        self.draft = None
        self.pressed.append(meals)

    def settle(self, mine: bool) -> bool:
        """Answer the first conflict that is told, if any."""
        assert self.page
        panel = self.page.locator(".panel.check").first
        if not panel.count():
            return False
        text = spaced(panel.inner_text())
        assert "Quelqu’un a enregistré d’autres chiffres entre-temps" in text
        if not mine:
            self.given_up.append(int(text.split("vous ")[1].split(",")[0]))
        panel.get_by_role("button", name="Garder la mienne" if mine else "Garder l’autre").tap()
        return True

    def come_back(self) -> None:
        """Have the network again, as the browser would say."""
        self.network.put(UP)
        if self.page:
            self.page.evaluate("window.dispatchEvent(new Event('online'))")
        else:
            self.open()

    def waiting(self) -> int:
        """Count the sheets that are not stored yet, or wait for an answer."""
        assert self.page
        return int(self.page.evaluate("antigaspiOutbox.all().length"))


ACTS = {"press": 5, "press twice": 2, "type": 2, "cut": 3, "deaf": 2, "back": 3, "reload": 2, "close": 1}
# The meals of the store before are fewer than the first of a schedule; each act that types has its own.
FIRST, COUNT = 101, 16


def test_whatever_the_network_does_each_sheet_is_stored_once_and_none_is_lost(browser: Browser, path: Path) -> None:
    own = path.with_name("schedules.duckdb")
    shutil.copy(path, own)
    told: dict[str, tuple[list[int], list[int]]] = {}
    with serve(own, ANTIGASPI_AUTO_REFRESH="0") as server, _tablets(browser, server) as tablets:
        for seed in range(SCHEDULES):
            told[f"C{seed:02d}"] = _schedule(tablets, f"C{seed:02d}", random.Random(f"schedule {seed}"))
    store = Store(own)
    stored = store.read("SELECT canteen, meals_served FROM log_rows JOIN service_points USING (site, site_kind)")
    store.close()
    for canteen, (pressed, given_up) in told.items():
        meals = stored.loc[(stored["canteen"] == canteen) & (stored["meals_served"] >= FIRST), "meals_served"].tolist()
        assert sorted(meals) == sorted(set(pressed) - set(given_up)), canteen


@contextmanager
def _tablets(browser: Browser, server: str) -> Iterator[list[Tablet]]:
    """Give two tablets, each behind a network of its own."""
    both = []
    for _ in range(2):
        network = Network(server)
        context = browser.new_context(viewport={"width": 768, "height": 1024}, locale="fr-FR", has_touch=True)
        page = context.new_page()
        page.goto(one_time_address(server).replace(server, network.address))
        opened(page)
        page.close()
        both.append(Tablet(context, network))
    try:
        yield both
    finally:
        for tablet in both:
            tablet.network.close()
            tablet.context.close()


def _schedule(tablets: list[Tablet], canteen: str, chance: random.Random) -> tuple[list[int], list[int]]:
    """Do acts by chance; return the meals that were saved, and those that gave way to somebody else's."""
    for tablet in tablets:
        tablet.network.put(UP)
        tablet.address, tablet.draft = f"{tablet.network.address}/saisie?cantine={canteen}", None
        tablet.pressed, tablet.given_up = [], []
        tablet.open()
    acts = chance.choices(list(ACTS), list(ACTS.values()), k=COUNT)
    for meals, act in enumerate(acts, FIRST):
        _act(chance.choice(tablets), act, meals)
    _all_come_back(tablets, chance)
    return [meals for tablet in tablets for meals in tablet.pressed], [m for tablet in tablets for m in tablet.given_up]


def _act(tablet: Tablet, act: str, meals: int) -> None:
    if act in ("cut", "deaf"):
        tablet.network.put(CUT if act == "cut" else DEAF)
    elif act == "back":
        tablet.come_back()
    elif act == "reload":
        tablet.open()
    elif tablet.page is None:
        tablet.open() if tablet.network.state == UP else tablet.come_back()
    elif act == "close":
        tablet.page.close()
        tablet.page = None
    elif act == "type":
        tablet.type(meals)
    else:
        tablet.press(meals, 2 if act == "press twice" else 1)
        expect(tablet.page.locator(".status")).to_contain_text("", timeout=SLOW)
        assert tablet.page.locator(".status").inner_text().startswith(TOLD)


def _all_come_back(tablets: list[Tablet], chance: random.Random) -> None:
    """Give both their network, and answer each conflict, until nothing waits any more."""
    deadline = time.monotonic() + 120
    for tablet in tablets:
        tablet.come_back()
    while time.monotonic() < deadline:
        for tablet in tablets:
            if tablet.page is None:
                tablet.open()
        if not any(tablet.settle(chance.random() < 0.7) for tablet in tablets) and not any(
            tablet.waiting() for tablet in tablets
        ):
            return
        with suppress(Error):
            tablets[0].page.wait_for_timeout(200)  # type: ignore[union-attr]
    raise AssertionError([tablet.page and tablet.page.evaluate("antigaspiOutbox.all()") for tablet in tablets])
