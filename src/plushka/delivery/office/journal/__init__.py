"""The journal of points and its proof."""
