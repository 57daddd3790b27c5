"""An application that is not at work yet, made once: by the process that servers of the tests are forked from."""

from plushka.app import Plushka
from plushka.platform.clock import SystemClock
from plushka.platform.settings import Settings

APPLICATION = Plushka(Settings.from_environment({"PLUSHKA_DATA": "/nowhere"}), SystemClock())
"""One where no demo is."""
