"""How the business is set up: its places, tills, people, and the trail of what they did."""
