"""Tags that rules put on and take off."""
