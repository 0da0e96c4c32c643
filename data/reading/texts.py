"""Dictionary-encoded columns of text: a text that a file repeats a million times is examined once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

CODED = pa.dictionary(pa.int32(), pa.string())


def coded(table: pa.Table) -> pa.Table:
    """Return a table with dictionary-encoded texts, one dictionary per column."""
    names, remaining = table.column_names, table.columns[::-1]
    # One column at a time, and its memory is freed before the next: all at once, a large file takes 50 % more memory.
    del table
    columns = []
    while remaining:
        pa.default_memory_pool().release_unused()
        columns.append(_coded(pa.table([remaining.pop()], names=["text"])))
    pa.default_memory_pool().release_unused()
    return pa.table(columns, names=names)


def _coded(table: pa.Table) -> pa.ChunkedArray:
    if pa.types.is_string(table.schema.field(0).type):
        table = table.combine_chunks().cast(pa.schema([("text", CODED)]))
    return table.unify_dictionaries().column(0)


def codes(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """Return a coded column in one chunk: its dictionary (some texts may be unused) and the index of each cell."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def distinct(column: pa.ChunkedArray) -> list[str]:
    """Return the distinct texts of a coded column."""
    cells = codes(column)
    return cells.dictionary.take(pc.unique(cells.indices)).to_pylist()


def value_counts(column: pa.ChunkedArray) -> dict[str, int]:
    """Return how many cells of a coded column hold each text."""
    cells = codes(column)
    counts = pc.value_counts(cells.indices)
    return dict(zip(cells.dictionary.take(counts.field(0)).to_pylist(), counts.field(1).to_pylist(), strict=True))


def where(column: pa.ChunkedArray, test: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """Return a boolean mask of the cells whose text passes a test; each distinct text is tested once."""
    cells = codes(column)
    passed = test(cells.dictionary)
    if not pc.any(passed).as_py():
        return pa.repeat(pa.scalar(False), len(cells))
    return passed.take(cells.indices)


def rewrite(table: pa.Table, name: str, change: Callable[[pa.Array], pa.Array]) -> pa.Table:
    """Return a table where each distinct text of a column is changed."""
    cells = codes(table[name])
    changed = change(cells.dictionary)
    if changed.equals(cells.dictionary):
        return table
    recoded = changed.dictionary_encode()
    column = pa.DictionaryArray.from_arrays(recoded.indices.take(cells.indices), recoded.dictionary)
    return table.set_column(table.column_names.index(name), name, column)


def with_cells(table: pa.Table, name: str, new_texts: dict[int, str]) -> pa.Table:
    """Return a table where some cells of a column, given by their rows (from 0), have other texts."""
    cells = codes(table[name])
    rows, added = np.array(list(new_texts)), sorted(set(new_texts.values()))
    places = {text: len(cells.dictionary) + place for place, text in enumerate(added)}
    indices = cells.indices.to_numpy().copy()
    indices[rows] = [places[text] for text in new_texts.values()]
    dictionary = pa.concat_arrays([cells.dictionary, pa.array(added, pa.string())]).dictionary_encode()
    column = pa.DictionaryArray.from_arrays(dictionary.indices.take(pa.array(indices)), dictionary.dictionary)
    return table.set_column(table.column_names.index(name), name, column)


def is_empty(texts: pa.Array) -> pa.Array:
    """Tell which texts are empty."""
    return pc.equal(pc.binary_length(texts), 0)
