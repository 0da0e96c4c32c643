"""What canteens and the kitchen tell each other: announcements, their answers, notes of the kitchen."""
