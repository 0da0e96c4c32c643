-- Exceptional days and complete days: one rule each, which every figure follows.

-- Is the number of meals served so far from what was expected that a known cause makes the day exceptional? 15 % or more.
CREATE MACRO far_from(expected, served) AS
    coalesce(served <> expected AND abs(served - expected) >= 0.15 * expected, FALSE);

-- Is one of the two figures an obvious typing error? Served under 0.3 × or over 2 × the plan, and 50 meals away from it.
-- A zero is a day not filled in, or a closure: not a typing error.
CREATE MACRO mistyped(planned, served) AS
    coalesce(
        planned > 0 AND served > 0 AND abs(served - planned) >= 50
            AND served NOT BETWEEN 0.3 * planned AND 2 * planned,
        FALSE
    );

-- The services of a period and a place, as selected_services, and whether they are exceptional. The declared events come
-- day by day (data.calendar.declared), since strikes are not always read on the day that is declared.
-- exceptional: the kinds of the declared events that make the service exceptional, or 'typing_error', or NULL.
--   An event of the city is judged on the city's day, an event of a canteen on this canteen's day: the meals served are
--   far from the plan, or from the usual (the median of the same weekday, five weeks before and after). Typing errors are
--   judged on the day of the place that is looked at: they must move this day by 15 % of its plan.
-- mistyped: the day of the service's own canteen is an obvious typing error.
CREATE MACRO judged_services(
    first_day, last_day, of_district, of_canteen, event_dates, event_kinds, event_canteens
) AS TABLE
    WITH declared AS (
        SELECT
            unnest(event_dates::DATE[]) AS event_date,
            unnest(event_kinds::VARCHAR[]) AS kind,
            unnest(event_canteens::VARCHAR[]) AS event_canteen
    ), city_events AS (
        SELECT event_date, string_agg(DISTINCT kind, ' ' ORDER BY kind) AS city_kinds
        FROM declared
        WHERE event_canteen IS NULL
        GROUP BY event_date
    ), canteen_events AS (
        SELECT event_date, event_canteen, string_agg(DISTINCT kind, ' ' ORDER BY kind) AS canteen_kinds
        FROM declared
        WHERE event_canteen IS NOT NULL
        GROUP BY event_date, event_canteen
    ), of_period AS MATERIALIZED (
        SELECT *, CASE WHEN canteen IS NULL THEN site || ' ' || site_kind END AS label_alone
        FROM located_services
        WHERE date BETWEEN first_day AND last_day
    ), place_days AS MATERIALIZED (
        -- A label without a canteen is a place of its own.
        SELECT
            date, canteen, label_alone, any_value(district) AS district,
            sum(meals_planned) FILTER (gap IS NOT NULL) AS planned,
            sum(meals_served) FILTER (gap IS NOT NULL) AS served,
            mistyped(planned, served) AS mistyped
        FROM of_period
        GROUP BY date, canteen, label_alone
    ), around AS MATERIALIZED (
        SELECT date, canteen, sum(meals_served) AS served
        FROM services JOIN service_points USING (site, site_kind)
        WHERE date BETWEEN first_day - INTERVAL 5 WEEK AND last_day + INTERVAL 5 WEEK
        GROUP BY date, canteen
        HAVING sum(meals_served) > 0
    ), city_around AS (
        SELECT date, sum(served) AS served FROM around GROUP BY date
    ), city_usual AS (
        SELECT
            event_date AS date,
            median(served) FILTER (date <> event_date) AS usual,
            max(served) FILTER (date = event_date) AS served
        FROM city_events JOIN city_around
            ON isodow(date) = isodow(event_date) AND date BETWEEN event_date - 35 AND event_date + 35
        GROUP BY event_date
    ), canteen_usual AS (
        SELECT
            event_date AS date, event_canteen AS canteen,
            median(served) FILTER (date <> event_date) AS usual,
            max(served) FILTER (date = event_date) AS served
        FROM canteen_events JOIN around
            ON canteen = event_canteen AND isodow(date) = isodow(event_date)
            AND date BETWEEN event_date - 35 AND event_date + 35
        GROUP BY event_date, event_canteen
    ), city_days AS (
        SELECT date, far_from(sum(planned), sum(served)) AS far_from_plan FROM place_days GROUP BY date
    ), selected_days AS (
        SELECT
            date,
            abs(sum(planned - served) FILTER (mistyped)) >= 0.15 * sum(planned) AS errors_matter
        FROM place_days
        WHERE (of_district IS NULL OR district = of_district)
            AND (of_canteen IS NULL OR canteen = of_canteen)
        GROUP BY date
    ), judged_days AS (
        SELECT
            place_days.date, place_days.canteen, label_alone, mistyped,
            CASE
                WHEN far_from(planned, place_days.served) AND canteen_kinds IS NOT NULL THEN canteen_kinds
                WHEN far_from(usual, canteen_usual.served) THEN canteen_kinds
                WHEN mistyped AND errors_matter THEN 'typing_error'
            END AS place_reason
        FROM place_days
        LEFT JOIN selected_days ON selected_days.date = place_days.date
        LEFT JOIN canteen_events ON event_date = place_days.date AND event_canteen = place_days.canteen
        LEFT JOIN canteen_usual
            ON canteen_usual.date = place_days.date AND canteen_usual.canteen = place_days.canteen
    ), judged_cities AS (
        SELECT event_date AS date, city_kinds
        FROM city_events
        LEFT JOIN city_days ON city_days.date = event_date
        LEFT JOIN city_usual ON city_usual.date = event_date
        WHERE far_from_plan OR far_from(usual, served)
    )
    SELECT
        of_period.* EXCLUDE (label_alone),
        coalesce(mistyped, FALSE) AS mistyped,
        coalesce(city_kinds, place_reason) AS exceptional
    FROM of_period
    LEFT JOIN judged_cities ON judged_cities.date = of_period.date
    LEFT JOIN judged_days
        ON judged_days.date = of_period.date
        AND judged_days.canteen IS NOT DISTINCT FROM of_period.canteen
        AND judged_days.label_alone IS NOT DISTINCT FROM of_period.label_alone
    WHERE (of_district IS NULL OR of_period.district = of_district)
        AND (of_canteen IS NULL OR of_period.canteen = of_canteen);

-- The days on which a place (a district, a canteen, or the city) served meals, up to today: how many of its service points
-- are known, how many usually are (the median of the same weekday over a year on each side, of all days where there are
-- fewer than three), and whether the day is complete: at least 9 out of 10 of them. A point with a plan and no meal is known.
CREATE MACRO known_days(of_district, of_canteen) AS TABLE
    WITH days AS (
        SELECT
            date,
            isodow(date) AS weekday,
            count(*) FILTER (meals_served > 0 OR (meals_served = 0 AND meals_planned > 0)) AS points
        FROM located_services
        WHERE (of_district IS NULL OR district = of_district)
            AND (of_canteen IS NULL OR canteen = of_canteen)
            AND date <= current_date
        GROUP BY date
        HAVING sum(meals_served) > 0
    ), usual AS (
        SELECT
            date,
            points,
            CASE WHEN count(*) OVER same_weekday >= 3
                THEN quantile_disc(points, 0.5) OVER same_weekday
                ELSE quantile_disc(points, 0.5) OVER all_weekdays
            END AS usual_points
        FROM days
        WINDOW same_weekday AS (
                PARTITION BY weekday ORDER BY date
                RANGE BETWEEN INTERVAL 1 YEAR PRECEDING AND INTERVAL 1 YEAR FOLLOWING
            ),
            all_weekdays AS (
                ORDER BY date RANGE BETWEEN INTERVAL 1 YEAR PRECEDING AND INTERVAL 1 YEAR FOLLOWING
            )
    )
    SELECT *, points >= 0.9 * usual_points AS complete FROM usual;
