"""The days of Aïd el-Fitr and Aïd el-Kebir in France, when many children stay at home.

Past dates are those on which France kept them, as the Conseil français du culte musulman and the Grande Mosquée de
Paris announced; coming ones are computed, and may move by a day. The calendar package gives estimates of other
countries, one day off in 2015 and 2016.
"""

from __future__ import annotations

from datetime import date

AID_EL_FITR = (
    date(2010, 9, 10), date(2011, 8, 30), date(2012, 8, 19), date(2013, 8, 8), date(2014, 7, 28), date(2015, 7, 17),
    date(2016, 7, 6), date(2017, 6, 25), date(2018, 6, 15), date(2019, 6, 4), date(2020, 5, 24), date(2021, 5, 13),
    date(2022, 5, 2), date(2023, 4, 21), date(2024, 4, 10), date(2025, 3, 30), date(2026, 3, 20), date(2027, 3, 9),
    date(2028, 2, 26), date(2029, 2, 14), date(2030, 2, 4),
)  # fmt: skip
AID_EL_KEBIR = (
    date(2010, 11, 16), date(2011, 11, 6), date(2012, 10, 26), date(2013, 10, 15), date(2014, 10, 4), date(2015, 9, 24),
    date(2016, 9, 12), date(2017, 9, 1), date(2018, 8, 21), date(2019, 8, 11), date(2020, 7, 31), date(2021, 7, 20),
    date(2022, 7, 9), date(2023, 6, 28), date(2024, 6, 16), date(2025, 6, 6), date(2026, 5, 27), date(2027, 5, 16),
    date(2028, 5, 5), date(2029, 4, 24), date(2030, 4, 13),
)  # fmt: skip
FEASTS = (*AID_EL_FITR, *AID_EL_KEBIR)
