"""The business, in slices. A slice may call those below it, never above; the order stands in pyproject.toml."""
