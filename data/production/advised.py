"""The quantity advised for a day by the last computation that did not know its meals."""

# The CTE `advised`, one row per canteen × day; what was announced since is not in it.
ADVISED = """
advised AS (
    SELECT canteen, date, round(coalesce(recommended_with_plan, recommended)) AS advised
    FROM forecasts JOIN forecast_runs USING (run_id)
    WHERE target = 'meals_served' AND canteen IS NOT NULL AND date > last_service_on
    QUALIFY row_number() OVER (PARTITION BY canteen, date ORDER BY run_id DESC) = 1
)
"""
