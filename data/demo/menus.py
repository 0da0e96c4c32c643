"""Synthetic menus of the demonstration, with the plate leftovers of each dish."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

# Course → (position in the city's format, share of days on which it is served).
COURSES = {"entrée": (1, 0.85), "plat": (2, 1.0), "garniture": (3, 1.0), "fromage": (5, 0.8), "dessert": (6, 1.0)}

# Dish → leftovers compared with an ordinary day (1.0): the page about menus estimates these effects.
DISHES: dict[str, dict[str, float]] = {
    "entrée": {
        "Carottes râpées": 0.96, "Betteraves vinaigrette": 1.12, "Taboulé": 0.98, "Melon": 0.92, "Salade verte": 1.03,
        "Céleri rémoulade": 1.14, "Concombre au fromage blanc": 0.99, "Pâté de campagne": 1.0, "Tomates basilic": 0.97,
        "Potage de légumes": 1.08, "Œuf mayonnaise": 0.97, "Chou rouge aux pommes": 1.12, "Pamplemousse": 1.06,
        "Radis beurre": 1.04,
    },
    "plat": {
        "Pâtes à la bolognaise": 0.70, "Poulet rôti": 0.78, "Hachis parmentier": 0.80, "Steak haché": 0.82,
        "Raviolis gratinés": 0.84, "Couscous aux légumes": 0.98, "Chili sin carne": 1.15, "Bœuf bourguignon": 1.02,
        "Sauté de dinde au curry": 1.04, "Omelette": 0.95, "Rôti de porc": 1.0, "Quiche aux poireaux": 1.18,
        "Dahl de lentilles": 1.30, "Blanquette de veau": 1.10, "Lasagnes aux légumes": 1.02,
        "Saucisse de volaille": 0.80,
        "Gratin de brocolis": 1.35, "Boulettes de pois chiches": 1.20, "Paella": 1.0,
        "Émincé de bœuf aux oignons": 1.12,
    },
    "poisson": {
        "Poisson pané": 0.78, "Colin sauce citron": 1.20, "Lieu à la tomate": 1.12, "Brandade de poisson": 0.98,
        "Saumon à l’aneth": 1.08,
    },
    "garniture": {
        "Frites": 0.72, "Riz": 0.95, "Purée": 0.85, "Haricots verts": 1.12, "Épinards à la crème": 1.35,
        "Coquillettes": 0.82,
        "Carottes persillées": 1.08, "Chou-fleur": 1.32, "Petits pois": 1.05, "Semoule": 0.98, "Ratatouille": 1.18,
        "Lentilles": 1.06,
    },
    "fromage": {
        "Emmental": 0.97, "Camembert": 1.03, "Yaourt nature": 1.0, "Fromage blanc": 0.99, "Comté": 0.98,
        "Chèvre frais": 1.05, "Petit-suisse": 0.97, "Tomme": 1.01,
    },
    "dessert": {
        "Pomme": 1.05, "Banane": 0.98, "Compote de poires": 1.0, "Crème au chocolat": 0.93, "Orange": 1.07,
        "Gâteau au yaourt": 0.93, "Clémentines": 1.0, "Riz au lait": 0.99, "Kiwi": 1.07, "Tarte aux pommes": 0.94,
        "Poire": 1.05, "Salade de fruits": 1.0,
    },
}  # fmt: skip


def build_menus(rng: np.random.Generator, days: list[date]) -> tuple[pd.DataFrame, pd.Series]:
    """Return the menus (date, position, course, dish) and, per day, the leftovers compared with an ordinary day."""
    courses = [_course(rng, course, days) for course in COURSES]
    menus = pd.concat(courses, ignore_index=True).sort_values(["date", "position"], ignore_index=True)
    weight = menus.groupby("date")["weight"].prod()
    return menus.drop(columns="weight"), weight / weight.mean()


def _course(rng: np.random.Generator, course: str, days: list[date]) -> pd.DataFrame:
    position, share = COURSES[course]
    rows = []
    for day in days:
        family = DISHES["poisson" if course == "plat" and day.weekday() == 4 else course]
        dish = str(rng.choice(list(family)))
        if rng.random() < share:
            rows.append((day, position, course, dish, family[dish]))
    return pd.DataFrame(rows, columns=["date", "position", "course", "dish", "weight"])
