"""The separate process that reads a workbook, started by data.reading.workbook."""

from __future__ import annotations

import sys

# openpyxl imports numpy for types that no workbook has: without it, 12 MB and 0.2 s are saved.
sys.modules["numpy"] = None  # pyrefly: ignore[unsupported-operation]

from data.reading.xlsx.worker import main  # noqa: E402

if __name__ == "__main__":
    main(int(sys.argv[1]))
