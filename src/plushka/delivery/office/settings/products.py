"""The products: a list, adding one, its price and barcode, putting it away and taking it back."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY
from msgspec import Struct, structs

from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.exporting import leave_export
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.delivery.web.notices import sent_on
from plushka.domain.catalog.export import KIND
from plushka.domain.catalog.model import (
    NAME_LENGTH_MAX,
    PRICE_MAX_MINOR,
    SKU_LENGTH_MAX,
    ProductFilter,
    ProductLine,
    ProductPlan,
)
from plushka.domain.catalog.products import (
    add_product,
    archive_product,
    change_product,
    name_category,
    restore_product,
)
from plushka.domain.catalog.queries import get_product, list_categories, list_products
from plushka.platform.database import Tx
from plushka.platform.errors import Refusal
from plushka.platform.i18n import currency_decimals, format_number

PATH = "/settings/products"
EDITOR = f"{PATH}/product"
"""With ``?sku=…``, as a sku may hold anything; without, a product is added."""
PAGE_ROWS = 50
BARCODE_TYPED_MAX = 20
_ARCHIVED = "archived"


class Asked(Struct, frozen=True):
    """The filters as they stand in the address."""

    text: str = ""
    are_archived: bool = False

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Asked":
        text = query.get("search", "").strip()[:NAME_LENGTH_MAX].replace("\0", "")
        return cls(text=text, are_archived=query.get("state") == _ARCHIVED)

    @property
    def filter(self) -> ProductFilter:
        return ProductFilter(text=self.text, are_archived=self.are_archived)

    def url(self, path: str, **more: str) -> str:
        """Return ``path`` with the filters and ``more``."""
        chosen = {"search": self.text, "state": _ARCHIVED if self.are_archived else "", **more}
        query = urlencode({name: value for name, value in chosen.items() if value})
        return f"{path}?{query}" if query else path


class ProductRow(Struct, frozen=True):
    """A product in the list; no ``price``: cashiers type it."""

    href: str
    sku: str
    name: str
    category: str
    price: str
    barcode: str


@get(PATH, opt={"action": "products.read"})
async def show_products(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    """Show products by name, those after the one that ``name`` and ``sku`` of the address name."""
    asked, query = Asked.of(request.query_params), request.query_params
    after = (query["name"], query["sku"]) if {"name", "sku"} <= query.keys() else None
    async with visit.reading() as tx:
        found = await list_products(tx, asked.filter, after=after, limit=PAGE_ROWS + 1)
    shown = found[:PAGE_ROWS]
    more = asked.url(PATH, name=shown[-1].name, sku=shown[-1].sku) if len(found) > PAGE_ROWS else ""
    values: dict[str, Any] = {
        "rows": [_row(product, visit) for product in shown],
        "more_url": more,
        "may_change": visit.may("products.change"),
    }
    if "hx-request" in request.headers:
        return visit.fragment("settings/product_rows.html", **values)
    return visit.page(
        "settings/products.html",
        section="settings",
        page="products",
        asked=asked,
        may_export=visit.may("products.export"),
        export_url=asked.url(f"{PATH}/exports"),
        **values,
    )


@post(f"{PATH}/exports", opt={"action": "products.export"})
async def export(visit: NamedDependency[Visit], request: OfficeRequest) -> Redirect:
    """Have what the filters find written to a file."""
    file_name = visit.words.gettext("products-{date}.csv", date=visit.today.isoformat())
    return await leave_export(visit, KIND, Asked.of(request.query_params).filter, file_name=file_name)


@get(EDITOR, opt={"action": "products.change"})
async def show_product(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str]:
    sku = request.query_params.get("sku")
    async with visit.reading() as tx:
        product = await get_product(tx, sku) if sku is not None else None
        return await _page(tx, visit, visit.form(), product)


@post(EDITOR, opt={"action": "products.change"})
async def save_product(visit: NamedDependency[Visit], request: OfficeRequest) -> Response[str] | Redirect:
    """Add a product, or change the one that the address names."""
    sku = request.query_params.get("sku")
    form = await visit.typed(request)
    new_sku = form.text("sku", length_max=SKU_LENGTH_MAX) if sku is None else ""
    plan = _plan(form, visit)
    if form.is_sound:
        try:
            async with visit.writing() as tx:
                if named := form.value("new_category").strip():
                    plan = structs.replace(plan, category=await name_category(tx, named))
                if sku is None:
                    await add_product(tx, new_sku, plan)
                else:
                    await change_product(tx, sku, plan)
            return sent_on(PATH, visit.words.gettext("The product “{name}” is saved.", name=plan.name))
        except Refusal as refusal:
            form.refused(refusal)
    async with visit.reading() as tx:
        product = await get_product(tx, sku) if sku is not None else None
        return await _page(tx, visit, form, product, status=HTTP_422_UNPROCESSABLE_ENTITY)


@post(f"{PATH}/archive", opt={"action": "products.change"})
async def archive(visit: NamedDependency[Visit], request: OfficeRequest) -> Redirect:
    """Put a product away; taking it back is offered at once."""
    sku = request.query_params.get("sku", "")
    async with visit.writing() as tx:
        await archive_product(tx, sku)
        product = await get_product(tx, sku)
    text = visit.words.gettext("“{name}” is put away: tills do not offer it any more.", name=product.name)
    return sent_on(PATH, text, undo=f"{PATH}/restore?{urlencode({'sku': sku})}")


@post(f"{PATH}/restore", opt={"action": "products.change"})
async def restore(visit: NamedDependency[Visit], request: OfficeRequest) -> Redirect:
    sku = request.query_params.get("sku", "")
    async with visit.writing() as tx:
        await restore_product(tx, sku)
        product = await get_product(tx, sku)
    return sent_on(PATH, visit.words.gettext("“{name}” is on sale again.", name=product.name))


HANDLERS = (archive, export, restore, save_product, show_product, show_products)


def _plan(form: Form, visit: Visit) -> ProductPlan:
    name = form.text("name", length_max=NAME_LENGTH_MAX)
    price = form.money("price", visit.business.currency, most=PRICE_MAX_MINOR, required=False)
    barcode = form.text("barcode", required=False, length_max=BARCODE_TYPED_MAX)
    form.text("new_category", required=False, length_max=SKU_LENGTH_MAX)
    return ProductPlan(
        name=name,
        category=form.value("category") or None,
        price_minor=price,
        barcode=barcode or None,
    )


def _row(product: ProductLine, visit: Visit) -> ProductRow:
    return ProductRow(
        href=f"{EDITOR}?{urlencode({'sku': product.sku})}",
        sku=product.sku,
        name=product.name,
        category=product.category_name or "",
        price="" if product.price_minor is None else visit.figures.money(product.price_minor),
        barcode=product.barcode or "",
    )


async def _page(
    tx: Tx, visit: Visit, form: Form, product: ProductLine | None, *, status: int = 200
) -> Response[str]:
    decimals = currency_decimals(visit.business.currency)
    price = product.price_minor if product else None
    categories = sorted((category.name, category.code) for category in await list_categories(tx))
    return visit.page(
        "settings/product.html",
        section="settings",
        page="products",
        status=status,
        form=form,
        product=product,
        query=urlencode({"sku": product.sku}) if product else "",
        price=""
        if price is None
        else format_number(Decimal(price).scaleb(-decimals), visit.look.language, decimals=decimals),
        currency=visit.business.currency,
        categories=[("", visit.words.gettext("none")), *((code, name) for name, code in categories)],
        archived_on=visit.figures.day(product.archived_at) if product and product.archived_at else "",
        sku_length_max=SKU_LENGTH_MAX,
    )
