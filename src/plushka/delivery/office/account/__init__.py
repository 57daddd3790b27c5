"""The person who is signed in: coming in, going out, the look of pages."""
