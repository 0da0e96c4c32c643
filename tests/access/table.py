"""Who may do what: the one table of roles, that the tests of pages, addresses, writes and API read."""

from __future__ import annotations

from data.access.rights import ROLES

YES = "✓"
# By the file of the page. The columns are those of ROLES.
PAGES = {
    #                      comite mission cantine cuisine administration
    "synthese":           "  ✓      ✓       ·       ·       ·",
    "gaspillage":         "  ✓      ✓       ✓       ✓       ·",
    "seances":            "  ✓      ✓       ·       ·       ·",
    "deploiement":        "  ✓      ✓       ·       ·       ·",
    "equipement":         "  ✓      ✓       ·       ·       ·",
    "generalisation":     "  ✓      ✓       ·       ·       ·",
    "portefeuille":       "  ✓      ✓       ·       ·       ·",
    "effet":              "  ✓      ✓       ·       ·       ·",
    "donnees":            "  ·      ✓       ·       ·       ·",
    "journal":            "  ·      ✓       ·       ·       ✓",
    "comptes":            "  ·      ✓       ·       ·       ✓",
    "reglages":           "  ·      ✓       ·       ·       ✓",
    "qualite_previsions": "  ✓      ✓       ·       ·       ·",
    "depot":              "  ·      ✓       ✓       ·       ·",
    "ma_cantine":         "  ·      ✓       ✓       ·       ·",
    "saisie":             "  ·      ✓       ✓       ·       ·",
    "semaine":            "  ✓      ✓       ✓       ✓       ·",
    "production":         "  ·      ✓       ·       ✓       ·",
    "guide":              "  ✓      ✓       ✓       ✓       ✓",
    "glossaire":          "  ✓      ✓       ✓       ✓       ✓",
    "accessibilite":      "  ✓      ✓       ✓       ✓       ✓",
}  # fmt: skip

# What is in front of each role to change something, or to take more than the page shows, by the action that the trail
# will have: the page, then the label. A number in a label is “#”. “Se déconnecter” and the tables are everybody's.
CONTROLS = {
    #                                                        comite mission cantine cuisine administration
    ("deposit", "depot", "Vos fichiers CSV ou Excel (.xlsx)"): "·     ✓       ✓       ·       ·",
    ("deposit", "donnees", "Rattacher"):                        "·     ✓       ·       ·       ·",
    ("deposit", "equipement", "Enregistrer"):                   "·     ✓       ·       ·       ·",
    ("deposit", "seances", "Enregistrer"):                      "·     ✓       ·       ·       ·",
    ("undo", "seances", "Annuler"):                             "·     ✓       ·       ·       ·",
    ("meeting", "seances", "Enregistrer la séance"):            "·     ✓       ·       ·       ·",
    ("meeting", "seances", "Retirer"):                          "·     ✓       ·       ·       ·",
    ("programme_weather", "seances", "Enregistrer la météo"):   "·     ✓       ·       ·       ·",
    ("programme_weather", "seances", "Annuler cette météo"):    "·     ✓       ·       ·       ·",
    ("report", "synthese", "Faire le rapport"):                 "·     ✓       ·       ·       ·",
    ("report", "synthese", "Retirer ce rapport"):               "·     ✓       ·       ·       ·",
    ("download", "synthese", "Télécharger le PDF"):             "✓     ✓       ·       ·       ·",
    ("download", "synthese", "Télécharger le diaporama (PowerPoint)"): "✓ ✓       ·       ·       ·",
    ("download", "synthese", "Télécharger les chiffres (Excel)"): "✓   ✓       ·       ·       ·",
    ("deposit", "portefeuille", "Enregistrer"):                 "·     ✓       ·       ·       ·",
    ("undo", "depot", "Annuler ce dépôt"):                      "·     ✓       ✓       ·       ·",
    ("undo", "deploiement", "Annuler"):                         "·     ✓       ·       ·       ·",
    ("undo", "equipement", "Annuler"):                          "·     ✓       ·       ·       ·",
    ("undo", "portefeuille", "Annuler"):                        "·     ✓       ·       ·       ·",
    ("download", "depot", "Télécharger le fichier d’origine"):  "·     ✓       ✓       ·       ·",
    ("download", "journal", "Télécharger les # lignes (CSV)"):  "·     ✓       ·       ·       ✓",
    ("user", "comptes", "Enregistrer ce compte"):               "·     ✓       ·       ·       ✓",
    ("user", "comptes", "Votre fichier de comptes"):            "·     ✓       ·       ·       ✓",
    ("token", "comptes", "Créer le jeton"):                     "·     ✓       ·       ·       ✓",
    ("token", "comptes", "Révoquer cet accès"):                 "·     ✓       ·       ·       ✓",
    ("setting", "reglages", "Enregistrer"):                     "·     ✓       ·       ·       ✓",
    ("setting", "reglages", "Remettre la valeur d’origine"):    "·     ✓       ·       ·       ✓",
    ("setting", "reglages", "Annuler le dernier changement"):   "·     ✓       ·       ·       ✓",
    ("backup", "reglages", "Sauvegarder maintenant"):           "·     ✓       ·       ·       ✓",
    ("forecast", "semaine", "Recalculer les prévisions"):       "✓     ✓       ✓       ✓       ·",
    ("kitchen_note", "semaine", "Envoyer aux cantines"):        "·     ✓       ·       ✓       ·",
    ("kitchen_note", "semaine", "Retirer"):                     "·     ✓       ·       ✓       ·",
    ("announcement", "ma_cantine", "Retirer"):                  "·     ·       ✓       ·       ·",
    ("print", "production", "J’imprime cette fiche"):           "·     ✓       ·       ✓       ·",
    ("download", "production", "Télécharger la fiche (Excel)"): "·     ✓       ·       ✓       ·",
}  # fmt: skip
# The view of a page that has its controls, where it opens on another one: the key of the choice, and the view.
VIEWS = {"synthese": ("essentiel_vue", "Rapport")}
# The actions that have no control on a page as it opens: they follow another one, or need no right of a role.
NO_CONTROL = {
    "redo": "after an undo, in its place", "restore": "after a backup", "demo_load": "on the command line",
    "demo_meetings": "with the demonstration",
    "demo_remove": "on a demonstration", "export": "by the API and the command line", "sign_in": "by the provider",
    "sheet": "on the sheet of a service, which draws itself", "canteen_chosen": "with several canteens",
    "sign_out": "for everybody", "refused": "by the application",
    "trail": "by the application",
}  # fmt: skip
TAKEN_BY_ALL = {
    "←", "→", "Revenir à toutes les cantines", "Se déconnecter", "Télécharger le tableau (CSV)",
    "Télécharger l’historique (CSV)",
    "Exemple rempli (CSV)", "Exemple rempli (Excel)", "Modèle vide (CSV)", "Modèle vide (Excel)",
}  # fmt: skip
# What the API answers to the token of each role; the one of “cantine” is for Alpha alone.
DAY = "2025-09-02"
API = {
    #                                   comite mission cantine cuisine administration
    ("GET", "/health"):                 "200    200     200     200     200",
    ("GET", "/version"):                "200    200     200     200     200",
    ("GET", "/openapi.json"):           "200    200     200     200     200",
    ("POST", "/deposits"):              "403    200     200     403     403",
    ("GET", "/deposits"):               "403    200     200     200     403",
    ("GET", "/deposits/2"):             "403    200     403     403     403",
    ("GET", "/deposits/4"):             "403    200     200     403     403",
    ("POST", "/deposits/4/undo"):       "403    200     200     403     403",
    ("POST", "/deposits/4/redo"):       "403    200     200     403     403",
    ("POST", "/deposits/2/undo"):       "403    200     403     403     403",
    ("POST", "/deposits/2/redo"):       "403    200     403     403     403",
    ("GET", "/forecasts"):              "200    200     200     200     403",
    ("GET", "/forecasts?canteen=Beta"): "200    200     403     200     403",
    ("GET", f"/production?date={DAY}"): "200    200     200     200     403",
    ("GET", "/exports/log"):            "200    200     200     200     403",
}  # fmt: skip
# By kind of file: who deposits one, by the page and by the API, and who has it from the API. (The kitchen writes the
# production on its page, and sends no file.)
KINDS = {
    #                deposited by                       exported by the API to
    #                comite mission cantine cuisine adm.   comite mission cantine cuisine adm.
    "log":          ("·      ✓       ✓       ·       ·", "✓      ✓       ✓       ✓       ·"),
    "events":       ("·      ✓       ✓       ·       ·", "✓      ✓       ✓       ✓       ·"),
    "surplus_uses": ("·      ✓       ✓       ·       ·", "✓      ✓       ✓       ✓       ·"),
    "production":   ("·      ✓       ·       ·       ·", "✓      ✓       ·       ✓       ·"),
    "canteens":     ("·      ✓       ·       ·       ·", "✓      ✓       ·       ✓       ·"),
    "enrolment":    ("·      ✓       ·       ·       ·", "✓      ✓       ·       ✓       ·"),
    "holidays":     ("·      ✓       ·       ·       ·", "✓      ✓       ·       ✓       ·"),
    "mapping":      ("·      ✓       ·       ·       ·", "✓      ✓       ·       ✓       ·"),
    "menus":        ("·      ✓       ·       ·       ·", "✓      ✓       ·       ✓       ·"),
    "school_years": ("·      ✓       ·       ·       ·", "✓      ✓       ·       ✓       ·"),
    "schools":      ("·      ✓       ·       ·       ·", "✓      ✓       ·       ✓       ·"),
    "strikes":      ("·      ✓       ·       ·       ·", "✓      ✓       ·       ✓       ·"),
    "decisions":    ("·      ✓       ·       ·       ·", "·      ✓       ·       ·       ·"),
    "devices":      ("·      ✓       ·       ·       ·", "·      ✓       ·       ·       ·"),
    "equipment":    ("·      ✓       ·       ·       ·", "·      ✓       ·       ·       ·"),
    "milestones":   ("·      ✓       ·       ·       ·", "·      ✓       ·       ·       ·"),
    "pilots":       ("·      ✓       ·       ·       ·", "·      ✓       ·       ·       ·"),
    "risks":        ("·      ✓       ·       ·       ·", "·      ✓       ·       ·       ·"),
    "sites":        ("·      ✓       ·       ·       ·", "·      ✓       ·       ·       ·"),
    "stages":       ("·      ✓       ·       ·       ·", "·      ✓       ·       ·       ·"),
    "tickets":      ("·      ✓       ·       ·       ·", "·      ✓       ·       ·       ·"),
    "workshops":    ("·      ✓       ·       ·       ·", "·      ✓       ·       ·       ·"),
}  # fmt: skip


def allowed(row: str) -> set[str]:
    """Return the roles of a row of a table."""
    marks = row.split()
    assert len(marks) == len(ROLES), row
    return {role for role, mark in zip(ROLES, marks, strict=True) if mark == YES}
