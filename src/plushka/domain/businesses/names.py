"""What businesses, branches, people, roles and tills may be called."""

from plushka.domain.businesses.model import NAME_LENGTH_MAX, NameMissing, NameTooLong


def check_name(name: str, *, field: str = "name") -> None:
    """Refuse a name that nobody could read in a list.

    :raises NameMissing: it is empty
    :raises NameTooLong: nobody would read it
    """
    if not name.strip():
        raise NameMissing(field=field)
    if len(name) > NAME_LENGTH_MAX:
        raise NameTooLong(field=field, length_max=NAME_LENGTH_MAX)
