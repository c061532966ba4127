from channels.callers import Callers
from channels.delivery import Outcome
from channels.envelope import DeliveryView, Turn
from channels.wechat.api import WechatApi
from channels.wechat.render import pages


class WechatLine:
    """Answers go back on the waiting callback where there is one, else by the customer-service API."""

    def __init__(self, api: WechatApi, callers: Callers) -> None:
        self._api = api
        self._callers = callers

    async def awaits(self, turn: Turn) -> bool:
        return await self._callers.expects(turn.message_id)

    def take(self, turn: Turn, delivery: DeliveryView) -> bool:
        fits = delivery.passive and len(pages(delivery.messages)) == 1
        return self._callers.give(turn.message_id, delivery if fits else None)

    async def deliver(self, delivery: DeliveryView) -> Outcome:
        for number, page in enumerate(pages(delivery.messages)):
            outcome = await self._api.send_text(delivery.receiver, page)
            if outcome.outcome != "sent":
                return outcome if number == 0 else Outcome("maybe_sent", f"page {number + 1}: {outcome.error}"[:80])
        return Outcome("sent")

    async def held(self, delivery: DeliveryView) -> None:
        """The platform opens again with the customer's next message, which the backend hears by itself."""
