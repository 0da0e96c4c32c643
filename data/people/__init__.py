"""Statistical disclosure control: counts of people are exact for the mission, who types them, rounded for others."""
