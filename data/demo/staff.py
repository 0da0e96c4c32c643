"""Synthetic equipment of the demonstration: counts of agents (no fictional person), devices, workshops, requests."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

# Trade → smallest and largest number of agents in a school.
TRADES = {"TSEM/ATSEM": (6, 11), "restauration": (3, 7), "concierge": (1, 1)}
MONTHS = 12
# Data added in a later version have their own seed, so that the rest of the demonstration does not change.
LATER_SEED = 44_108
TOPICS = ("identité", "messagerie", "matériel", "réseau", "autre")
TICKETS = 4
STEPS = ["agents", "identities_created", "identities_activated", "active_30_days", "trained"]
# Kind of device → (number per school, whether a team shares it).
DEVICES = {"poste fixe": (2, True), "tablette": (1, True), "ordinateur portable": (1, False)}
WORKSHOPS = ("Prise en main du poste", "Mon mot de passe et ma messagerie", "Déposer le fichier de la cantine")


def build_equipment(
    rng: np.random.Generator, installation: pd.DataFrame, trained: pd.Series, today: date
) -> pd.DataFrame:
    """Return the counts per school × trade × month: one school sent none last month, and a few figures are missing."""
    last = pd.Timestamp(today).replace(day=1)
    months = [month.date() for month in pd.date_range(end=last, periods=MONTHS, freq="MS")]
    rows = []
    for school, started, installed in installation.itertuples():
        for trade, (smallest, largest) in TRADES.items():
            agents = int(rng.integers(smallest, largest + 1))
            noise = rng.uniform(0.9, 1.0, len(STEPS))
            for month in months:
                shares = _shares(month, started, installed, trained[school]) * noise
                rows.append((school, trade, month, *np.round(agents * np.minimum.accumulate(shares)).astype(int)))
    counts = pd.DataFrame(rows, columns=["school", "trade", "month", *STEPS])
    counts[STEPS] = counts[STEPS].astype("Int64")
    counts["agents"] = counts.groupby(["school", "trade"])["agents"].transform("max")
    return _with_marks(_with_gaps(rng, counts, months[-1]))


def _with_marks(counts: pd.DataFrame) -> pd.DataFrame:
    """Add the mail addresses, and the marks of the trained agents, every third month."""
    rng = np.random.default_rng(LATER_SEED)
    created, trained = (counts[name].astype("Float64") for name in ("identities_created", "trained"))
    is_surveyed = (pd.to_datetime(counts["month"]).dt.month % 3 == 0) | (counts["month"] == counts["month"].max())
    answers = (trained * rng.uniform(0.5, 0.95, len(counts))).round().where(is_surveyed)
    marks = pd.Series(rng.normal(3.9, 0.35, len(counts)).clip(1, 5).round(1), dtype="Float64")
    return counts.assign(
        mail_addresses=(created * rng.uniform(0.8, 1.0, len(counts))).round().astype("Int64"),
        satisfaction=marks.where(answers > 0),
        answers=answers.astype("Int64"),
    )


def _shares(month: date, started: date | None, installed: date | None, trained: date | None) -> np.ndarray:
    """Return the share of the agents who reached each step: identities are created before the installation."""
    if started is None or month < started - timedelta(days=75):
        return np.array([1.0, 0.0, 0.0, 0.0, 0.0])
    if month < started:
        return np.array([1.0, 0.75, 0.0, 0.0, 0.0])
    if installed is None or month < installed:
        return np.array([1.0, 0.95, 0.3, 0.0, 0.0])
    if trained is None or month < trained:
        return np.array([1.0, 0.97, 0.75, 0.5, 0.1])
    return np.array([1.0, 1.0, 0.95, 0.85, 0.8])


def _with_gaps(rng: np.random.Generator, counts: pd.DataFrame, last: date) -> pd.DataFrame:
    school_without_data = (counts["month"] == last) & (counts["school"] == counts["school"].unique()[-2])
    counts.loc[school_without_data, STEPS[1:]] = pd.NA
    missing = rng.choice(np.flatnonzero(counts["month"] < last), 8, replace=False)
    counts.loc[missing, ["active_30_days", "trained"]] = pd.NA
    return counts


def build_devices(rng: np.random.Generator, installed: pd.Series) -> pd.DataFrame:
    """Return the devices of the 12 schools: installed where the installation is finished, else waiting."""
    rows: list[tuple] = []
    for school, day in installed.items():
        for kind, (count, shared) in DEVICES.items():
            for _ in range(count):
                state = _state(rng, day)
                rows.append((f"MAT-{len(rows) + 1:03d}", school, kind, shared, state, day))
    devices = pd.DataFrame(rows, columns=["device", "school", "kind", "shared", "state", "installed_on"])
    devices["sharing"] = devices.pop("shared").map({True: "partagé", False: "personnel"})
    devices.loc[[7, 40], "sharing"] = None
    # Devices that were installed before the programme.
    old = devices["installed_on"].notna() & (np.arange(len(devices)) % 8 == 0)
    devices.loc[old, "installed_on"] = [day - timedelta(days=365 * 4) for day in devices.loc[old, "installed_on"]]
    return devices


def _state(rng: np.random.Generator, installed: date | None) -> str:
    if installed is None:
        return str(rng.choice(["en stock", "à préparer"]))
    return str(rng.choice(["en service", "en panne"], p=[0.92, 0.08]))


def build_workshops(rng: np.random.Generator, trained: pd.Series, today: date) -> pd.DataFrame:
    """Return the workshops, on Wednesdays: before the end of a finished training, else in the coming weeks."""
    rows = []
    for rank, (school, day) in enumerate(trained.items()):
        end = day if day is not None else today + timedelta(weeks=6 + rank)
        for weeks_before, title in zip((3, 2, 1), WORKSHOPS, strict=True):
            wednesday = end - timedelta(weeks=weeks_before, days=end.weekday() - 2)
            # Agents are away in July and August: the workshop moves to ten weeks before.
            wednesday -= timedelta(weeks=10 if wednesday.month in (7, 8) else 0)
            seats = int(rng.integers(6, 13))
            attended = round(seats * rng.uniform(0.6, 1.0)) if wednesday < today else None
            rows.append((wednesday, school, title, seats, attended))
    workshops = pd.DataFrame(rows, columns=["date", "school", "title", "seats_planned", "seats_attended"])
    workshops["seats_attended"] = workshops["seats_attended"].astype("Int64")
    workshops.loc[4, "seats_attended"] = pd.NA
    return workshops


def build_tickets(installed: pd.Series, today: date) -> pd.DataFrame:
    """Return the requests for help since each installation: most are solved within a week, a few are still open."""
    rng = np.random.default_rng(LATER_SEED)
    rows: list[tuple] = []
    for school, day in installed.items():
        for _ in range(TICKETS if day is not None else 1):
            since = day if day is not None else today - timedelta(weeks=5)
            opened = since + timedelta(days=int(rng.integers(0, max((today - since).days, 1))))
            closed = opened + timedelta(days=int(rng.geometric(0.2)))
            number = f"D-{opened.year}-{len(rows) + 1:03d}"
            topic = str(rng.choice(TOPICS, p=[0.3, 0.25, 0.2, 0.15, 0.1]))
            rows.append((number, school, topic, opened, closed if closed < today else None))
    return pd.DataFrame(rows, columns=["ticket", "school", "topic", "asked_on", "solved_on"])
