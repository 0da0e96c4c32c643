-- One row per change of a setting, never altered. The value in force is the last one of its key; NULL: the default of
-- `data.settings.known`. A reference value is {"value": 2.4, "source": "…"}.
CREATE SEQUENCE setting_seq;
CREATE TABLE settings (
    setting_id BIGINT PRIMARY KEY DEFAULT nextval('setting_seq'),
    key VARCHAR NOT NULL,
    value JSON,
    set_at TIMESTAMP NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    set_by VARCHAR NOT NULL
);

-- The two tables of before become settings; what was changed in them by hand is kept.
INSERT INTO settings (key, value, set_by)
SELECT name, json_object('value', value, 'source', source), 'reprise de la base'
FROM parameters ANTI JOIN (VALUES
    ('waste_reference_g', 100.0, 'ADEME 2024, réf. 012619 : gaspillage en milieu scolaire'),
    ('waste_reference_cold_chain_g', 130.0, 'ADEME 2024, réf. 012619 : liaison froide (cuisine centrale)'),
    ('purchase_cost_eur_per_kg', 2.4, 'ADEME 2016 : 0,27 € d’achats pour 113 g jetés par repas'),
    ('full_cost_eur_per_kg', 6.0, 'ADEME 2016 : 0,68 € de coût complet pour 113 g jetés par repas'),
    ('co2e_kg_per_kg', 4.0, 'ADEME 2016 : 452 g CO₂e pour 113 g jetés par repas'),
    ('surplus_target_pct', 6.5, 'Résultat publié de l’expérimentation nantaise (2020) : 9,6 % → 6,5 %'),
    ('schools_target', 12.0, 'Programme : 12 écoles test')
) AS usual(name, value, source) USING (name, value, source);
INSERT INTO settings (key, value, set_by)
SELECT changed.key, to_json(changed.text), 'reprise de la base'
FROM publisher, unnest([
    {'key': 'city_name', 'text': name, 'usual': 'Ville de Nantes'},
    {'key': 'city_siret', 'text': siret, 'usual': '21440109300015'},
    {'key': 'kitchen_name', 'text': kitchen, 'usual': 'Cuisine centrale de la Ville de Nantes'}
]) AS texts(changed)
WHERE changed.text <> changed.usual;
DROP TABLE parameters;
DROP TABLE publisher;

-- One row: who publishes, as the settings say it.
CREATE VIEW publisher AS
WITH last AS (
    SELECT key, value ->> '$' AS text FROM settings
    QUALIFY row_number() OVER (PARTITION BY key ORDER BY setting_id DESC) = 1
)
SELECT
    coalesce((SELECT text FROM last WHERE key = 'city_name'), 'Ville de Nantes') AS name,
    coalesce((SELECT text FROM last WHERE key = 'city_siret'), '21440109300015') AS siret,
    coalesce((SELECT text FROM last WHERE key = 'kitchen_name'), 'Cuisine centrale de la Ville de Nantes') AS kitchen;

-- The version of the store after the act of each line: a line that changes no data has the one before it. It tells which
-- data a computation has seen, even when the oldest lines are gone.
ALTER TABLE audit_log ADD COLUMN version BIGINT;
UPDATE audit_log SET version = ranked.version
FROM (
    SELECT
        audit_id,
        count(*) FILTER (action NOT IN ('sign_in', 'refused', 'export', 'download')) OVER (ORDER BY audit_id) AS version
    FROM audit_log
) AS ranked
WHERE audit_log.audit_id = ranked.audit_id;
