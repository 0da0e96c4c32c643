-- The two differences and sums that figures start from, written once: a missing part makes them missing.
-- gap: meals planned and not served, negative where there were too few. wasted_kg: the three places of loss together.

-- One row per service point × day, with its place: the table every figure of the pages starts from.
CREATE OR REPLACE VIEW located_services AS
SELECT
    services.*, points.canteen, canteens.label AS canteen_label, canteens.district,
    meals_planned - meals_served AS gap,
    preparation_kg + unserved_kg + leftovers_kg AS wasted_kg
FROM services
JOIN service_points AS points USING (site, site_kind)
LEFT JOIN canteens ON canteens.name = points.canteen;

-- The services of a period (both days included): of a district, of a canteen (by its key), or of the city (both NULL).
CREATE MACRO selected_services(first_day, last_day, of_district, of_canteen) AS TABLE
    SELECT *
    FROM located_services
    WHERE date BETWEEN first_day AND last_day
        AND (of_district IS NULL OR district = of_district)
        AND (of_canteen IS NULL OR canteen = of_canteen);
