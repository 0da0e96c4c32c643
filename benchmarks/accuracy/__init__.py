"""How right: forecasts, waste, the pilot's interval, the rollout's range (`make accuracy`)."""
