"""What campaigns and promotions have caused, as pages tell it."""
