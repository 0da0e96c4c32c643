"""Atomic file writes."""

from __future__ import annotations

from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file atomically: the former file stays until the new one is complete."""
    if path.exists() and not path.is_file():  # a device, such as /dev/stdout, cannot be replaced
        path.write_bytes(content)
        return
    unfinished = path.with_name(path.name + ".part")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
