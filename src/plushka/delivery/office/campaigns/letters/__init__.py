"""Letters of campaigns that went out: what figures of them count."""
