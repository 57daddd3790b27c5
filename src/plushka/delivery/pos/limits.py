"""Everything a till may send has a limit with a name."""

BODY_BYTES_MAX = 1024 * 1024
BATCH_BODY_BYTES_MAX = 16 * 1024 * 1024
IDEMPOTENCY_KEY_LENGTH_MAX = 200
ID_LENGTH_MAX = 100
"""Receipt numbers, skus, codes of branches and categories."""
TEXT_LENGTH_MAX = 200
"""Names of people and of products."""
RATE_BURST_SECONDS = 2
"""How many seconds' worth of requests a key may send at once after a pause."""
RATE_KEYS_MAX = 50_000
RETRY_AFTER_SECONDS = 1
"""When a till may come back while the database is away."""
