"""The questions of one canteen: its last weeks, its regular surplus, canteens of its kind and size."""
