-- One row per account that ever signed out: sign-ins of an earlier generation no longer count.
CREATE TABLE sign_in_generations (
    email VARCHAR PRIMARY KEY,
    generation INTEGER NOT NULL
);
