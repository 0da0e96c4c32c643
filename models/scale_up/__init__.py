"""The forecast of the rollout: durations of stages, days of work, simulation of the schools to come."""
