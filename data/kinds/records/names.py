"""How names are compared in SQL: without case and accents, and without the words that most of them have."""

from __future__ import annotations

# Words that most labels have tell nothing of which school it is.
COMMON_WORDS = r"\b(ecole|elementaire|maternelle|primaire|publique|groupe|scolaire|restaurant|cantine)\b"


def plain(name: str) -> str:
    """Return the SQL of a name without case, accents or punctuation, and one space where it had any."""
    return f"trim(regexp_replace(strip_accents(lower({name})), '[^a-z0-9]+', ' ', 'g'))"


def proper(name: str) -> str:
    """Return the SQL of what a name has of its own, without case and accents; one of common words only keeps them."""
    plain = f"strip_accents(lower({name}))"
    return f"coalesce(nullif(trim(regexp_replace({plain}, '{COMMON_WORDS}', '', 'g')), ''), {plain})"
