"""Comptes et accès: who may sign in, to do what, for which canteens?"""

from __future__ import annotations

from ui.access import require
from ui.accounts import tokens, view
from ui.kit import blocks

user = require("administration")
blocks.page_title("Comptes et accès", "Qui peut entrer, pour faire quoi, dans quelles cantines\u00a0?")

view.accounts(user)
view.account_form(user)
view.accounts_file(user)
tokens.applications(user)
