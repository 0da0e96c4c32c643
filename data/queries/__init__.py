"""Questions the pages ask: one question = one function = one SQL statement beside it."""

from data.queries.forecasts import (
    ForecastRun,
    canteen_forecasts_of_day,
    daily_forecast,
    forecast_days,
    forecasts_outdated,
    latest_run,
    recent_actuals,
)
from data.queries.inventory import (
    availability,
    canteen_days,
    counts_by_kind,
    deposits,
    last_actions,
    unattached_labels,
)
from data.queries.losses import by_dish, loss_places, weighing_days
from data.queries.overview import Overview, Parameter, parameters, places, school_years_with_data, store_overview
from data.queries.waste import WasteSummary, by_canteen, by_week, by_weekday_and_month, waste_summary

__all__ = [
    "ForecastRun",
    "Overview",
    "Parameter",
    "WasteSummary",
    "availability",
    "by_canteen",
    "by_dish",
    "by_week",
    "by_weekday_and_month",
    "canteen_days",
    "canteen_forecasts_of_day",
    "counts_by_kind",
    "daily_forecast",
    "deposits",
    "forecast_days",
    "forecasts_outdated",
    "last_actions",
    "latest_run",
    "loss_places",
    "parameters",
    "places",
    "recent_actuals",
    "school_years_with_data",
    "store_overview",
    "unattached_labels",
    "waste_summary",
    "weighing_days",
]
