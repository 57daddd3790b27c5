"""What keeps Plushka from running and only an operator can set right."""


class NeedsOperator(Exception):
    """The message tells an operator what is wrong and what to do: a trace would only hide it."""
