"""Rendering: templates get finished values and the words of the reader's language."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from jinja2 import Environment, PackageLoader, PrefixLoader, StrictUndefined
from litestar import MediaType, Response

from plushka.delivery.web.assets import load_assets
from plushka.delivery.web.look import Look
from plushka.delivery.web.security import PAGE_HEADERS
from plushka.platform.i18n import translator


class Pages:
    """The pages of one audience, under ``templates`` of ``package``; ``web/…`` are those that all share."""

    def __init__(self, package: str) -> None:
        self._package = package

    @cached_property
    def environment(self) -> Environment:
        """The templates. The built assets are looked for when the first page is rendered, not at import."""
        shared, own = PackageLoader("plushka.delivery.web"), PackageLoader(self._package)
        templates = Environment(
            loader=PrefixLoader({"web": shared, "own": own}),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        templates.globals["asset"] = load_assets().url
        return templates

    def prepare(self, *templates: str) -> None:
        """Compile templates before somebody waits for the first of them.

        :raises AssetsMissing: there are no built assets that they could name
        """
        for template in templates:
            self.environment.get_template(f"own/{template}")

    def render(
        self,
        template: str,
        look: Look,
        values: Mapping[str, Any],
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Response[str]:
        """Return a page. Besides ``values``, templates know ``_``, ``ngettext``, ``look`` and ``asset``."""
        words = translator(look.language)
        given = {**values, "look": look, "_": words.gettext, "ngettext": words.ngettext}
        html = self.environment.get_template(f"own/{template}").render(given)
        return Response(
            html, media_type=MediaType.HTML, status_code=status, headers={**PAGE_HEADERS, **(headers or {})}
        )
