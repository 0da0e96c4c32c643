"""DataFrames in, DataFrames out: calendar features, Prophet forecasts, and the refresh that stores them."""
