"""What mechanics and promotions of the programme, and broadcasts, came to."""
