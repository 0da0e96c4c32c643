"""Questions about the other pilots of the programme: their stage, impact and effort, the decisions of the comité."""

from __future__ import annotations

from datetime import date

import pandas as pd

from data.store import Store

STAGES = ("idée", "prototype", "test", "bilan", "généralisé", "arrêté")
# On a scale of five: an impact from 3 is strong, an effort from 4 is heavy.
STRONG_IMPACT, HEAVY_EFFORT = 3, 4

PILOTS = """
SELECT
    pilot, stage, purpose, impact, effort, priority, question, due_on, outcome, decided_on,
    CASE
        WHEN impact IS NULL OR effort IS NULL THEN NULL
        WHEN impact >= $strong AND effort < $heavy THEN 'gain rapide'
        WHEN impact >= $strong THEN 'chantier de fond'
        WHEN effort < $heavy THEN 'à l’occasion'
        ELSE 'à questionner'
    END AS weight,
    CASE WHEN question IS NOT NULL AND due_on < $today THEN $today - due_on END AS delay_days
FROM pilots
ORDER BY priority NULLS LAST, impact DESC NULLS LAST, effort NULLS LAST, pilot
"""


def pilots(store: Store, today: date) -> pd.DataFrame:
    """Return the pilots, by priority; `delay_days`: days since the expected date of a decision, once it has passed.

    `weight` is the class that impact and effort give; missing where one of them is.
    """
    rows = store.read(PILOTS, {"today": today, "strong": STRONG_IMPACT, "heavy": HEAVY_EFFORT})
    return rows.astype(dict.fromkeys(("impact", "effort", "priority", "delay_days"), "Int64"))
