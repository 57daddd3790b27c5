"""Journeys: the list, the editor as a list of steps, publishing, trying, and the journeys of one member."""
