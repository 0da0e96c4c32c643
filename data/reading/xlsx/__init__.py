"""Excel workbooks (.xlsx, .xlsm) read as a stream, within fixed limits, in a process of its own."""
