"""How names are compared in SQL: without case and accents, and without the words that most of them have."""

from __future__ import annotations

# Words that most labels have: they do not help to recognise a school.
COMMON_WORDS = (
    r"\b(ecole|elementaire|maternelle|primaire|publique|groupe|scolaire|restaurant|cantine|les?|la|l|du|des?)\b"
)


def plain(name: str) -> str:
    """Return the SQL of a name without case, accents or punctuation, and one space where it had any."""
    return f"trim(regexp_replace(strip_accents(lower({name})), '[^a-z0-9]+', ' ', 'g'))"


def distinctive_part(name: str) -> str:
    """Return the SQL of a name in lower case, without accents and common words; with them if there is no other word."""
    lowered = f"strip_accents(lower({name}))"
    return f"coalesce(nullif(trim(regexp_replace({lowered}, '{COMMON_WORDS}', '', 'g')), ''), {lowered})"
