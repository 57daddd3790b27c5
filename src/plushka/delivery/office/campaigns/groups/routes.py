"""The pages of the groups."""

from plushka.delivery.office.campaigns.groups.bounds import keep_bounds, show_bounds
from plushka.delivery.office.campaigns.groups.file import download_groups
from plushka.delivery.office.campaigns.groups.overview import refresh, show_groups

HANDLERS = (download_groups, keep_bounds, refresh, show_bounds, show_groups)
