"""The password once more, before what guards an account is changed: an open session may be somebody else's hands."""

from plushka.delivery.office.account.entering import caller_of
from plushka.delivery.office.context import OfficeRequest
from plushka.delivery.office.visit import Visit
from plushka.delivery.web.forms import Form
from plushka.domain.staff.model import PasswordWrong
from plushka.domain.staff.sign_in import confirm_password


async def is_password_right(
    visit: Visit, request: OfficeRequest, form: Form, *, field: str = "present_password"
) -> bool:
    """Tell whether ``field`` holds this person's password; a wrong one is told at it, and counts as a try."""
    try:
        await confirm_password(
            visit.office.database,
            visit.session.account,
            password=form.value(field),
            at=visit.at,
            caller=caller_of(request),
        )
    except PasswordWrong as refusal:
        form.refused(refusal, fields={"password": field}, default=field)
    return form.is_sound
