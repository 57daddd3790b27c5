"""The inbox: what members write in the app, and answers to them."""
