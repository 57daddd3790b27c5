"""Ways in and out, by audience. They never import each other."""
