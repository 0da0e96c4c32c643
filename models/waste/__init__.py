"""The waste forecast: grams per meal, kilograms, their intervals."""
