"""Accuracy of the forecasts, the waste, the pilot's interval and the rollout's range (`make accuracy`)."""
