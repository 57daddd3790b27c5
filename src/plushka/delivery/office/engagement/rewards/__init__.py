"""The catalogue of rewards: what members get for points (docs/decisions/0085-rewards.md)."""
