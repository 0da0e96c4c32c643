"""The calendar: days of service, school holidays, declared events, strike dates with day and month swapped."""
