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
UNKNOWN_KEYS_PER_SECOND = 1
UNKNOWN_KEYS_BURST_SECONDS = 100
"""What an address may try of keys that do not exist, steadily and at once; each costs a look into the database."""
RATE_COUNTED_MAX = 50_000
"""Keys or addresses whose rate is known at a time."""
RETRY_AFTER_SECONDS = 1
"""When a till may come back while the database is away."""
