"""The questions of the pages: each is one function, with its SQL statement beside it."""

from data.queries.forecasts.days import canteen_forecasts_of_day, daily_forecast, forecast_terms, recent_actuals
from data.queries.forecasts.runs import (
    FORECAST_KINDS,
    ForecastRun,
    ends_too_soon,
    forecast_days,
    forecasts_outdated,
    latest_run,
)
from data.queries.inventory import (
    availability,
    canteen_days,
    counts_by_kind,
    deposited_file,
    deposits,
    labels,
    namesakes,
    unattached_in_total,
    unattached_labels,
)
from data.queries.journal import (
    JournalFilter,
    journal,
    journal_actors,
    journal_begun_on,
    journal_line,
    journal_size,
)
from data.queries.losses import by_dish, loss_places, weighing_days
from data.queries.overview import Overview, Parameter, parameters, places, school_years_with_data, store_overview
from data.queries.waste import WasteSummary, by_canteen, by_week, by_weekday_and_month, waste_ahead, waste_summary

__all__ = [
    "FORECAST_KINDS",
    "ForecastRun",
    "JournalFilter",
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
    "deposited_file",
    "deposits",
    "ends_too_soon",
    "forecast_days",
    "forecast_terms",
    "forecasts_outdated",
    "journal",
    "journal_actors",
    "journal_begun_on",
    "journal_line",
    "journal_size",
    "labels",
    "latest_run",
    "loss_places",
    "namesakes",
    "parameters",
    "places",
    "recent_actuals",
    "school_years_with_data",
    "store_overview",
    "unattached_in_total",
    "unattached_labels",
    "waste_ahead",
    "waste_summary",
    "weighing_days",
]
