"""The member's app, in a plain browser and inside messengers: card, history, friends, branches, profile.

Each page is made by the server and stands under ``/app/{business}``; ``assets/js/app`` adds what a page alone cannot.
"""
