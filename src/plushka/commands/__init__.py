"""What an operator can ask for: a file for each command, which ``cli`` lists."""
