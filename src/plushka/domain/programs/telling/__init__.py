"""Tells a programme, a decision and a refusal in sentences, in the reader's language.

Pure: takes the engine's values and returns text. The till's API, the office, the app and the bots all
tell by it, so that a customer hears from the cashier what the owner reads on the screen. Owns no
tables and raises no events.
"""
