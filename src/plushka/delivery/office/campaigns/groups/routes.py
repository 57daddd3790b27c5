"""The pages of the groups."""

from plushka.delivery.office.campaigns.groups.bounds import keep_bounds, show_bounds
from plushka.delivery.office.campaigns.groups.file import download_groups
from plushka.delivery.office.campaigns.groups.following import make_segment
from plushka.delivery.office.campaigns.groups.overview import refresh, show_groups
from plushka.delivery.office.campaigns.groups.suggestions import (
    download_pairs,
    keep_blocked,
    show_suggestions,
)

HANDLERS = (
    download_groups,
    download_pairs,
    keep_blocked,
    keep_bounds,
    make_segment,
    refresh,
    show_bounds,
    show_groups,
    show_suggestions,
)
