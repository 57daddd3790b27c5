"""The summary: how today goes."""
