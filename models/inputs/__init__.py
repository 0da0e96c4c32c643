"""What every model reads: the job, days × canteens, series, calendar, enrolment, menus, Prophet."""
