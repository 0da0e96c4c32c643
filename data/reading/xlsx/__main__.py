"""The process of its own that reads a workbook, started by data.reading.workbook."""

from __future__ import annotations

import sys

# openpyxl would import it, for types that no workbook has: 12 MB and 0.2 s.
sys.modules["numpy"] = None  # type: ignore[assignment]

from data.reading.xlsx.worker import main  # noqa: E402

if __name__ == "__main__":
    main(int(sys.argv[1]))
