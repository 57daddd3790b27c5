"""The page behind a registration link: a stranger enrols by phone, on their own."""
