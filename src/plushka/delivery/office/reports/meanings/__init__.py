"""What figures mean, a file for each subject; ``definitions.py`` puts them together."""
