"""From the bytes of a file to cells of text: decoding, header, layout, dates, values, workbooks."""
