"""Excel workbooks (.xlsx, .xlsm), read as a stream within fixed limits, in a separate process."""
