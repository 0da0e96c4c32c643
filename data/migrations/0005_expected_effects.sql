-- What an event is expected to change, where whoever declared it knows: meals more or fewer, or percent; never both.
ALTER TABLE event_rows ADD COLUMN effect_meals INTEGER;
ALTER TABLE event_rows ADD COLUMN effect_percent DOUBLE;

-- One row per period × kind (× canteen). Kinds: strike, holiday, school_year, closure, outing, feast.
-- The expected effect is the last one told, in meals or in percent.
CREATE OR REPLACE VIEW events AS
WITH told AS (
    SELECT
        kind, starts_on, ends_on, canteen, label,
        arg_max({'meals': effect_meals, 'percent': effect_percent}, row(deposit_id, line))
            FILTER (effect_meals IS NOT NULL OR effect_percent IS NOT NULL) AS effect
    FROM event_rows JOIN active_deposits USING (deposit_id)
    GROUP BY kind, starts_on, ends_on, canteen, label
)
SELECT
    kind, starts_on, ends_on, canteen, label,
    effect.meals AS effect_meals, effect.percent AS effect_percent
FROM told;
