"""Pages of programmes and tiers."""

from litestar.types import ControllerRouterHandler

from plushka.delivery.office.engagement import branches, files, links, picture, program, programs, tiers
from plushka.delivery.office.engagement.draft import importing, pages, preset, publishing

HANDLERS: tuple[ControllerRouterHandler, ...] = (
    branches.move,
    branches.show_branches,
    branches.withdraw,
    files.download_draft,
    files.download_program,
    files.download_schema,
    files.download_version,
    importing.import_file,
    importing.show_import,
    links.close_link,
    links.download_png,
    links.download_svg,
    links.make_link,
    links.open_link,
    links.show_link,
    links.show_links,
    links.show_sheet,
    pages.discard,
    pages.find_goods,
    pages.send_section,
    pages.show_draft,
    pages.show_section,
    picture.show_picture,
    picture.take_picture_away,
    preset.show_presets,
    preset.take_preset,
    program.compare,
    program.rename,
    program.roll_back_to,
    program.show_program,
    program.show_version,
    programs.create,
    programs.show_programs,
    publishing.publish,
    publishing.show_changes,
    tiers.leave_preview,
    tiers.show_tiers,
)
