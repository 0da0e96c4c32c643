"""Resource limits of a workbook, and the two refusals: too large, damaged."""

from __future__ import annotations

from data.reading.decoding import DepositRefused

MB = 2**20
# The archive, before it is unpacked.
MAX_PARTS = 5_000
MAX_UNPACKED = 400 * MB
MAX_RATIO = 250
RATIO_FROM = 20 * MB
# One unpacked part: the cells and the shared strings are long parts, all others are short.
MAX_LONG_PART = 250 * MB
MAX_SHORT_PART = 32 * MB
# The XML of one part. Marks are “<”: two for each element with a content. MAX_MARKS is for all parts together.
MAX_LONG_MARKS = 20_000_000
MAX_SHORT_MARKS = 2_000_000
MAX_MARKS = 30_000_000
MAX_DEPTH = 100
MAX_NAMES = 2_000
MAX_TOKEN = MB
# What is kept in memory.
MAX_SHEETS = 200
MAX_RELATIONS = 20_000
MAX_FORMATS = 5_000
MAX_FORMAT_LENGTH = 256
MAX_STYLES = 200_000
MAX_STRINGS = 2_000_000
MAX_STRINGS_BYTES = 48 * MB
# The rows of one sheet.
MAX_ROWS = 1_048_576
MAX_CELLS = 2_000_000
MAX_ROW_TEXT = 1_000_000
MAX_TEXT = 48 * MB
MAX_MERGED = 20_000
MAX_HIDDEN = 100_000
# What the reading process sends in all (with the first lines of every sheet), and in one line.
MAX_SENT = 96 * MB
MAX_SENT_LINE = 5 * MB
# The reading process: memory above what its start takes, processor time, clock time.
MEMORY = 160 * MB
CPU_SECONDS = 14
SECONDS = 16


def too_large() -> DepositRefused:
    """Return the refusal of a workbook that is over a limit."""
    return DepositRefused(
        "Ce classeur est démesuré une fois décompressé\u00a0: sont lus jusqu’à 2\u00a0millions de cellules "
        "et 48\u00a0Mo de texte. Enregistrez la feuille utile au format CSV, puis déposez ce CSV."
    )


def damaged() -> DepositRefused:
    """Return the refusal of a workbook with an invalid or missing part."""
    return DepositRefused(
        "Ce classeur est abîmé ou incomplet\u00a0: Excel lui-même devrait le réparer. Ouvrez-le, enregistrez-le à "
        "nouveau au format .xlsx ou CSV, puis déposez ce fichier."
    )
