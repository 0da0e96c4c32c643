"""Who may do what: rights by role and canteens, accounts, tokens of applications."""
