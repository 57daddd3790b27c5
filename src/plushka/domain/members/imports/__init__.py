"""Files with members: their columns and rows, understood. ``programs.importing`` books what they say."""
