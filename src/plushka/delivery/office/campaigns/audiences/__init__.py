"""Conditions over members as fields of a form, wherever they are written: in a segment, in a step of a journey."""
