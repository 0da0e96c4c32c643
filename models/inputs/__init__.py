"""What every model reads: the job, the panel (days × canteens), series, calendar, enrolment, menus, Prophet."""
