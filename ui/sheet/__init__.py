"""The page Saisir un service: the sheet that lives in the browser, and the last sheets of a canteen."""
