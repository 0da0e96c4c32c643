"""The record of the comité: meetings, the figures of each, decisions, what changed; the programme's weather."""
