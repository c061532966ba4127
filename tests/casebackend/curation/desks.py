"""The people who work on the knowledge, and one entry on its way through their hands."""

from typing import Any
from uuid import uuid4

import httpx

from tests.casebackend.cases.builders import Desk

LAW: dict[str, Any] = {
    "kind": "监管文件",
    "branch": "个人业务/银行卡",
    "title": "挂失补卡的答复口径",
    "text": "客户挂失银行卡后，凭本人证件在任一网点补卡，七个工作日内可领取新卡。",
    "questions": ["卡掉了怎么补", "补一张新卡要几天"],
    "clause": "第九条",
    "source": "示范监管文件2026-9",
    "basis": "示范监管文件2026-9第九条，原文见附件",
    "evidence": "A",
    "effective_from": "2026-03-02",
    "audience": "external",
}


class Curation(Desk):
    async def drafts(self, login: str = "curator", **fields: Any) -> dict[str, Any]:
        response = await self.posts(login, "/articles", LAW | fields)
        assert response.status_code == 201, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def posts(self, login: str, path: str, body: dict[str, Any]) -> httpx.Response:
        headers = {"Idempotency-Key": uuid4().hex}
        return await (await self.browser(login)).post(f"/api/v1/curation{path}", json=body, headers=headers)

    async def article(self, article: dict[str, Any]) -> dict[str, Any]:
        response = await self.reads("curator", f"/curation/articles/{article['id']}/{article['version']}")
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    async def step(self, login: str, article: dict[str, Any], step: str, **more: Any) -> httpx.Response:
        """With the version that is current, and an opinion unless it says otherwise."""
        path = f"/api/v1/curation/articles/{article['id']}/{article['version']}"
        read = more.pop("read", None) or f'"{(await self.article(article))["row_version"]}"'
        body = {"step": step, "opinion": "已核对原文"} | more
        return await (await self.browser(login)).post(f"{path}/steps", json=body, headers={"If-Match": read})

    async def took(self, login: str, article: dict[str, Any], step: str, **more: Any) -> dict[str, Any]:
        response = await self.step(login, article, step, **more)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def approved(self, **fields: Any) -> dict[str, Any]:
        article = await self.drafts(**fields)
        for login, step in (("curator", "submit"), ("lead", "check"), ("supervisor", "approve")):
            article = await self.took(login, article, step)
        return article

    async def published(self, **fields: Any) -> dict[str, Any]:
        return await self.took("branch", await self.approved(**fields), "publish")


def slug(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, str(response.json().get("type", "")).rsplit("/")[-1]
