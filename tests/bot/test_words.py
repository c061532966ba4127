import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = ROOT / "casebackend" / "conversations" / "rules.py"


def responses() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((ROOT / "bot" / "domain" / "responses").glob("*.yml")):
        for name, variants in yaml.safe_load(path.read_text("utf-8"))["responses"].items():
            assert name not in found, name
            assert [variant.get("channel") for variant in variants] in ([None], [None, "large"]), name
            found[name] = variants[0]
    return found


def in_large_type() -> dict[str, dict[str, Any]]:
    files = sorted((ROOT / "bot" / "domain" / "responses").glob("*.yml"))
    written = [yaml.safe_load(path.read_text("utf-8"))["responses"] for path in files]
    return {name: variants[1] for each in written for name, variants in each.items() if len(variants) > 1}


def wire_values(enum: str) -> list[str]:
    """The members of an enum of the backend, read without importing it: the bot knows nothing of ours."""
    tree = ast.parse(CONTRACT.read_text("utf-8"))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == enum)
    return [ast.literal_eval(node.value) for node in body if isinstance(node, ast.Assign)]


def source_of(folder: str) -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted((ROOT / folder).glob("*.py")))


def asked_for_by_actions() -> set[str]:
    """Names in `actions/`; a name with a placeholder stands for everything it can become."""
    fields = [value.partition(".")[2] for value in wire_values("Asked") if value.startswith("field.")]
    steps = [value.partition(".")[2] for value in wire_values("Asked") if value.startswith("survey.")]
    names = {name for name in re.findall(r'"(utter_[a-z_]+)"', source_of("actions"))}
    names |= {f"utter_{kind}_{field}" for kind in ("ask", "explain") for field in fields}
    names |= {f"utter_survey_{step}" for step in steps}
    return names | {f"utter_urge_{outcome}" for outcome in ("too_soon", "closed", "none")} | {"utter_urged"}


def test_every_action_of_the_domain_exists_and_the_other_way_round() -> None:
    named = {
        action
        for path in (ROOT / "bot" / "domain").glob("*.yml")
        for action in yaml.safe_load(path.read_text("utf-8")).get("actions", [])
    }
    written = set(re.findall(r'called = "(action_[a-z_]+)"', source_of("actions")))
    assert named == written


def test_every_response_that_is_asked_for_exists_and_no_other_is_kept() -> None:
    rules = "\n".join(path.read_text("utf-8") for path in (ROOT / "training_data" / "rules").glob("*.yml"))
    wanted = asked_for_by_actions() | set(re.findall(r"utter_[a-z_]+", rules)) | {"utter_default"}
    assert wanted == set(responses())


def test_a_response_asks_only_what_the_wire_knows_and_every_question_has_words() -> None:
    asks = {name: reply.get("metadata", {}).get("asks") for name, reply in responses().items()}
    by_actions = set(re.findall(r'^CALLBACK = "(\w+)"', source_of("actions"), re.MULTILINE))
    assert {asked for asked in asks.values() if asked} | by_actions == set(wire_values("Asked"))
    for asked in wire_values("Asked"):
        if asked.startswith("field."):
            assert asks[f"utter_ask_{asked[6:]}"] == asks[f"utter_explain_{asked[6:]}"] == asked


def test_every_question_says_what_is_wanted_with_an_example() -> None:
    for name, reply in responses().items():
        if name.startswith(("utter_ask_", "utter_explain_")):
            assert "例如" in reply["text"] or "请写" in reply["text"], name


def test_a_reply_fits_the_wire() -> None:
    for name, reply in responses().items():
        titles = [button["title"] for button in reply.get("buttons", [])]
        assert titles == [button["payload"] for button in reply.get("buttons", [])], name
        assert len(titles) <= 12
        assert len(titles) == len(set(titles))
        assert "\n\n" not in reply["text"], name


LONGEST_IN_LARGE_TYPE = 32
OFTEN = {"greet", "menu", "soothe", "summary", "summary_money", "filed", "handoff", "offer_person", "survey_solved"}


def counted(text: str) -> str:
    """As long as it is on the screen, where a step is one figure."""
    return re.sub(r"{(?:step|total)}", "1", text)


def test_in_large_type_every_question_says_how_far_it_is() -> None:
    plain, large = responses(), in_large_type()
    told = [name for name, reply in plain.items() if "{step}" in reply["text"] and name in large]
    assert len(told) >= 8
    assert [name for name in told if "（{step}/{total}）" not in large[name]["text"]] == []


def test_in_large_type_the_receipt_tells_all_that_can_be_done_afterwards() -> None:
    said = in_large_type()["utter_after_filing"]["text"]
    assert [word for word in ("查进度", "补充", "催办", "撤诉", "转人工") if word not in said] == []


def test_in_large_type_the_most_frequent_words_are_shorter_and_one_thing_stands_in_a_bubble() -> None:
    plain, large = responses(), in_large_type()
    asked = {
        f"utter_{kind}_{each[6:]}" for kind in ("ask", "explain") for each in wire_values("Asked") if "field." in each
    }
    assert asked | {f"utter_{name}" for name in OFTEN} <= set(large)
    for name, reply in large.items():
        assert {**plain[name], "text": ""} == {**{k: v for k, v in reply.items() if k != "channel"}, "text": ""}, name
        bubbles = counted(reply["text"]).split("\n\n")
        if not name.startswith("utter_summary"):
            assert max(len(text) for text in bubbles) <= LONGEST_IN_LARGE_TYPE, name
            assert sum(map(len, bubbles)) < len(counted(plain[name]["text"])), name
        assert set(re.findall(r"{\w+}", reply["text"])) <= set(re.findall(r"{\w+}", plain[name]["text"])), name


@pytest.mark.parametrize(
    "word", ["承认", "保证", "一定会", "肯定", "赔偿您", "是我们的错", "我们错了", "退给您", "负责赔"]
)
def test_the_bot_admits_no_fault_and_promises_no_outcome(word: str) -> None:
    said = [*responses().items(), *in_large_type().items()]
    assert [name for name, reply in said if word in reply["text"]] == []


MEANT = {
    "我要投诉": "complaint", "查进度": "progress", "催办": "urge", "撤诉": "withdraw", "转人工": "handoff",
    "确认提交": "affirm", "修改": "deny", "确定撤诉": "affirm", "不撤了": "deny", "不用了": "deny",
    "不用，继续填写": "deny", "需要": "affirm", "不需要": "deny", "不提供": "refuse", "不清楚是哪家": "refuse",
    "不涉及金额": "refuse", "说不清": "refuse", "记不清了": "refuse", "没有了": "deny",
    "重新投诉": "second_complaint", "不投诉了": "cancel", "取消": "cancel", "补充": "supplement",
    "查进度，看答复全文": "progress", "查进度，别的渠道登记的": "progress",
}  # fmt: skip


def test_every_choice_means_what_its_button_says(bot: Any) -> None:
    for name, reply in responses().items():
        asked = reply.get("metadata", {}).get("asks")
        for button in reply.get("buttons", []):
            title = button["title"]
            meant = {MEANT[title]} if title in MEANT else {"inform", "feedback", "nlu_fallback"}
            # there the backend reads the words themselves, whatever they are taken for
            meant |= {"affirm", "suggestion", "complaint"} if asked in {"second", "duplicate"} else set()
            meant |= {"affirm", "deny", "complaint", "correct"} if (asked or "").startswith("correction.") else set()
            assert bot.purpose(title, asked) in meant, (name, title)


def test_a_choice_made_of_a_case_number_keeps_its_purpose(bot: Any) -> None:
    assert responses()["utter_urge_choose"]["metadata"]["each"] == "催办 *"
    assert bot.purpose("催办 TS20260911000045") == "urge"
    assert bot.purpose("撤诉 TS20260911000045") == "withdraw"
    assert bot.purpose("补充 TS20260911000045") == "supplement"
    assert bot.purpose("重新投诉 TS20260911000045") == "second_complaint"


def test_selective_domain_stays_off() -> None:
    endpoint = yaml.safe_load((ROOT / "endpoints.yml").read_text("utf-8"))["action_endpoint"]
    assert "selective_domain" not in endpoint


def test_the_bot_imports_nothing_of_ours_and_pickles_nothing() -> None:
    source = source_of("bot") + source_of("bot/components")
    assert not re.findall(r"^(?:from|import) (?:casebackend|actions|channels|knowledge)", source, re.M)
    assert "import pickle" not in source
    assert "allow_pickle=True" not in source
