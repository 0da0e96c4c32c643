"""What a town that begins has done already, and what its pages still wait for."""

from __future__ import annotations

from dataclasses import dataclass

from data.store import Store

STARTED = """
SELECT
    (SELECT demo FROM store_state) AS demo,
    EXISTS (
        FROM located_services WHERE meals_served IS NOT NULL AND ($all OR list_contains($canteens, canteen))
    ) AS meals,
    EXISTS (FROM canteens) AS canteens,
    EXISTS (FROM services) AND NOT EXISTS (FROM service_points WHERE canteen IS NULL) AS attached,
    EXISTS (FROM menus) AS menus,
    EXISTS (FROM events WHERE kind IN ('holiday', 'strike')) AS calendars,
    EXISTS (FROM forecast_runs) AS forecasts,
    EXISTS (FROM pilot_sites) AS test_schools,
    EXISTS (FROM users) AS accounts,
    EXISTS (FROM meetings WHERE withdrawn_at IS NULL) AS meetings,
    EXISTS (FROM programme_weather WHERE withdrawn_at IS NULL) AS weather,
    EXISTS (
        FROM sheets JOIN active_deposits USING (deposit_id) WHERE $all OR list_contains($canteens, canteen)
    ) AS sheets,
    EXISTS (
        FROM announcements JOIN active_deposits USING (deposit_id) WHERE $all OR list_contains($canteens, canteen)
    ) AS announcements,
    EXISTS (FROM production_prints) AS prints
"""


@dataclass(frozen=True)
class Started:
    """What the store has, at least once: meals served, a forecast, a test school…; `demo`: it is a fictitious town."""

    demo: bool
    meals: bool
    canteens: bool
    attached: bool
    menus: bool
    calendars: bool
    forecasts: bool
    test_schools: bool
    accounts: bool
    meetings: bool
    weather: bool
    sheets: bool
    announcements: bool
    prints: bool


def started(store: Store, canteens: tuple[str, ...] | None = None) -> Started:
    """Return what has been done; `attached` is true once there are labels, each attached to a canteen.

    With `canteens`, meals, sheets and announcements are those of these canteens.
    """
    row = store.read(STARTED, {"all": canteens is None, "canteens": list(canteens or [])}).iloc[0]
    return Started(**{name: bool(row[name]) for name in Started.__dataclass_fields__})
