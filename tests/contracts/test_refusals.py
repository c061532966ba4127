"""What the client makes of a no, and of no answer."""

import socket
import time
from uuid import uuid4

import pytest

from casebackend.api.client import BackendUnavailable, CaseBackend, Refused
from casebackend.api.conversations import ClaimTurn
from ops.ports import free_port
from tests.contracts.bank import Bank
from tests.contracts.customer import WORKER
from tests.contracts.served import Served
from tests.world import TOKENS


async def test_a_refusal_carries_its_slug_and_a_sentence(bank: Bank) -> None:
    customer = bank.customer()
    await customer.says("你好")
    with pytest.raises(Refused) as refused:
        await bank.actions.file_draft(customer.conversation, customer.message, key=customer.key("file"))
    assert (refused.value.status, refused.value.slug) == (409, "nothing-to-file")
    assert refused.value.problem["detail"] == "该会话没有填写中的投诉"
    with pytest.raises(Refused) as refused:
        await bank.channels.conversation(uuid4())
    assert (refused.value.status, refused.value.slug) == (404, "conversation-not-found")
    await customer.hears("您好")


async def test_a_wrong_token_is_refused(served: Served) -> None:
    async with CaseBackend(served.address, "wrong") as client:
        with pytest.raises(Refused) as refused:
            await client.claim_turn(ClaimTurn(worker=WORKER))
    assert (refused.value.status, refused.value.slug) == (401, "unauthenticated")


async def test_a_dead_port_is_unavailable_at_once() -> None:
    async with CaseBackend(f"http://127.0.0.1:{free_port()}", TOKENS["channels"], deadline=1) as client:
        with pytest.raises(BackendUnavailable):
            await client.claim_turn(ClaimTurn(worker=WORKER))


async def test_a_backend_that_accepts_and_says_nothing_is_unavailable_within_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        async with CaseBackend(address, TOKENS["channels"], deadline=0.5) as client:
            began = time.monotonic()
            with pytest.raises(BackendUnavailable):
                await client.claim_turn(ClaimTurn(worker=WORKER, wait_seconds=0.5))
            assert time.monotonic() - began < 2
