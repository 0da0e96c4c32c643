-- What the depositor decided where the file left a doubt (`data.deposit.choices`); NULL where nothing had to be decided.
ALTER TABLE deposits ADD COLUMN choices JSON;
