"""Codes go past the queue by the business's own gateway; whoever waits is told when they cannot."""

from collections.abc import AsyncIterator

import pytest
from tests.channels.conftest import Scene

from plushka.delivery.channels import codes as codes_module
from plushka.delivery.channels.adapters import open_adapters
from plushka.delivery.channels.codes import Codes
from plushka.demo.gateways.arrived import Fault
from plushka.platform.errors import PermanentFailure, TemporaryFailure

PHONE = "+79990000101"


@pytest.fixture
async def codes(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Codes]:
    monkeypatch.setattr(codes_module, "REMEMBERED_SECONDS", -1.0)
    async with open_adapters(scene.settings, keeps_links=False) as adapters:
        yield Codes(scene.shop.database, scene.shop.clock, scene.vault, adapters)


async def test_a_code_goes_by_the_business_s_own_gateway(scene: Scene, codes: Codes) -> None:
    tenant_id = scene.shop.caller.tenant_id
    assert not await codes.is_there(tenant_id)
    with pytest.raises(PermanentFailure):
        await codes.send(tenant_id, PHONE, "123456")
    await scene.connect("smsru")
    assert await codes.is_there(tenant_id)
    await codes.send(tenant_id, PHONE, "123456")
    assert [(one.to, one.text) for one in scene.sms.arrived] == [(PHONE, "123456")]


async def test_what_keeps_a_code_from_leaving_is_told(scene: Scene, codes: Codes) -> None:
    await scene.connect("smsru")
    tenant_id = scene.shop.caller.tenant_id
    scene.sms.faults += [Fault(code=201), Fault(503), Fault(429), Fault(code=207), Fault(code=202)]
    for _ in range(3):
        with pytest.raises(TemporaryFailure):
            await codes.send(tenant_id, PHONE, "123456")
    for _ in range(2):
        with pytest.raises(PermanentFailure):
            await codes.send(tenant_id, PHONE, "123456")
