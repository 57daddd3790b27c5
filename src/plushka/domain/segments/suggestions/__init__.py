"""What a member may like to buy: their own favourites, and what others buy together (F140).

Tables: ``member_goods``, ``goods_together``, ``suggestion_settings``.
"""
