-- One row per account whose sessions were ended: the moment, in microseconds since 1970. Sign-ins of another no longer count.
CREATE TABLE sign_in_generations (
    email VARCHAR PRIMARY KEY,
    generation BIGINT NOT NULL
);
