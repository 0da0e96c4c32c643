"""When every school could be done: durations, days of work, simulation."""
