"""Counts of people: exact for the mission, who types them, and rounded for everybody else."""
