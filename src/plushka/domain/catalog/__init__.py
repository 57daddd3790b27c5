"""What is sold: products and the tree of categories. Owns ``products`` and ``categories``."""
