-- CO₂e has one spelling, in the sources as on the pages.
UPDATE parameters SET unit = replace(unit, 'CO2e', 'CO₂e'), source = replace(source, 'CO2e', 'CO₂e')
WHERE name = 'co2e_kg_per_kg';
