"""Pages of the settings."""

from litestar.types import ControllerRouterHandler

from plushka.delivery.office.settings import branches, branding, business, keys, tills

HANDLERS: tuple[ControllerRouterHandler, ...] = (
    branches.close,
    branches.open_branch,
    branches.reopen,
    branches.save_branch,
    branches.show_branch,
    branches.show_branches,
    branches.show_new_branch,
    branding.preview_card,
    branding.remove,
    branding.save_branding,
    branding.show_branding,
    branding.show_logo,
    business.save_business,
    business.show_business,
    keys.issue,
    keys.revoke,
    keys.show_connecting,
    tills.retire,
    tills.save_till,
    tills.set_up,
    tills.show_new_till,
    tills.show_till,
    tills.show_tills,
)
