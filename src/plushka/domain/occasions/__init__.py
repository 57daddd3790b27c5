"""Points without a purchase, booked once for each happening: dates, bots, profiles and events.

What a member says of a purchase is an event, too. Owns occasion_gifts, ratings.
"""
