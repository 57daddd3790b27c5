"""Points without a purchase, booked once for each happening: dates, bots, profiles and events. Owns occasion_gifts."""
