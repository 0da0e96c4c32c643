"""The calendar: days of service, holidays, declared events, exceptional days, strikes with day and month swapped."""
