"""Where the page of the forecast is, and what it posts to."""

PAGE = "/reports/future"
WRITE = f"{PAGE}/write"
TERMS = f"{PAGE}/terms"
