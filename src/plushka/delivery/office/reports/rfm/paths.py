"""Where the page of RFM is, and what it posts to."""

PAGE = "/reports/rfm"
WRITE = f"{PAGE}/write"
