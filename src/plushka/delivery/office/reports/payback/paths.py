"""Where the payback is shown, and what it costs."""

from typing import Final

PATH: Final = "/reports/payback"
COSTS: Final = f"{PATH}/costs"
