"""How the business is set up: itself, its places, tills, people, and the trail of what they did."""
