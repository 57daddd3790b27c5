"""Telegram's Bot API, through aiogram."""
