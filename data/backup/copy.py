"""A complete copy of the store, made while people work."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from data.faults import as_store_fault
from data.store import Store
from data.store_file import flush_folder, journals, read_again, refuse_taken

Progress = Callable[[int, int], None]
COPIED_AT_ONCE = 1 << 20


def back_up(store: Store, target: Path, progress: Progress | None = None) -> None:
    """Write a complete copy of the store into a new file, which appears after it has been read again.

    Questions are answered meanwhile, and a write waits for the copy to end. `progress` is called with the bytes copied
    and their total.
    """
    with as_store_fault(target, system=True):
        target.parent.mkdir(parents=True, exist_ok=True)
        refuse_taken(target)
        unfinished = target.with_name(target.name + ".part")
        try:
            version = _copy(store, unfinished, progress)
            read_again(unfinished, version)
            unfinished.replace(target)
            flush_folder(target.parent)
        except BaseException:
            for file in (unfinished, *journals(unfinished)):
                file.unlink(missing_ok=True)
            raise


def _copy(store: Store, copy: Path, progress: Progress | None) -> int:
    """Copy the file with its journal, and return the version of the copy.

    The store itself gets no checkpoint, which would have to wait for the questions that use temporary tables.
    """
    with store.without_writes() as file, copy.open("wb") as out:
        total = os.fstat(file.fileno()).st_size
        while block := file.read(COPIED_AT_ONCE):
            out.write(block)
            if progress:
                progress(out.tell(), total)
        for journal in journals(store.path):
            shutil.copyfile(journal, copy.with_name(copy.name + journal.name.removeprefix(store.path.name)))
        return store.version()
