"""``python -m plushka``, for the processes that Plushka starts itself."""

from plushka.cli import main

main()
