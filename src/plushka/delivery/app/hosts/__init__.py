"""What each messenger says of who has opened the app in it, and how it signs that. Pure; a file a messenger."""
