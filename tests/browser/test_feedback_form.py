"""The feedback form in Chromium, on a real Phoenix."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from phoenix_traces.demo.story import EXAMPLES
from tests.browser.conftest import PHONE, PROJECT
from tests.support.live import annotations_of

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request

    from phoenix_traces.testing.phoenix_process import PhoenixProcess

pytestmark = pytest.mark.browser


def _choose(page: Page, number: int) -> None:
    """Open an answer, counted from 1 as the page does."""
    page.get_by_role("button", name=re.compile(rf"^Answer {number}\b")).click()


def _store(page: Page) -> None:
    page.get_by_role("button", name="Store the verdict").click()


def _fields_with_errors(page: Page) -> dict[str, str]:
    """Return the message beside each field that has one."""
    found: dict[str, str] = {}
    for field in page.locator(".field.wrong").all():
        title = field.locator("label, legend").first.inner_text()
        found[title.removesuffix(" optional")] = field.locator(".error").inner_text()
    return found


def _requests(page: Page) -> list[Request]:
    sent: list[Request] = []

    def keep(request: Request) -> None:
        sent.append(request)

    page.on("request", keep)
    return sent


def _judgements(server: PhoenixProcess, trace_id: str, reviewer: str) -> list[dict[str, Any]]:
    stored = annotations_of(server, [trace_id], project=PROJECT)
    return [each for each in stored if each["identifier"] == reviewer]


def test_it_lists_the_answers_in_the_order_they_were_given(page: Page) -> None:
    assert page.locator("nav li").count() == len(EXAMPLES)
    _choose(page, 3)
    expect(page.locator(".asked")).to_have_text(EXAMPLES[2].question)
    expect(page.locator(".answered")).to_have_text(EXAMPLES[2].answer)


def test_fields_have_names_and_help_of_the_rubric(page: Page) -> None:
    group = page.get_by_role("group", name="Verdict")
    expect(group).to_contain_text("Would the answer have helped the person who asked?")
    expect(page.get_by_label("Score")).to_have_accessible_description(
        re.compile("From 0, useless, to 1")
    )
    expect(page.get_by_label("Your name")).to_have_accessible_description(
        re.compile("Another reviewer's verdict")
    )


def test_an_empty_judgement_is_refused_beside_the_fields_and_not_sent(page: Page) -> None:
    sent = _requests(page)
    _store(page)
    expect(page.locator(".field.wrong")).to_have_count(2)
    assert _fields_with_errors(page) == {
        "Verdict": "Choose a verdict.",
        "Your name": "Please fill this in.",
    }
    expect(page.get_by_role("radio").first).to_be_focused()
    assert sent == []


def test_a_score_out_of_bounds_is_refused_beside_it_until_it_is_mended(page: Page) -> None:
    sent = _requests(page)
    page.get_by_role("radio", name="correct", exact=True).check()
    page.get_by_label("Your name").fill("Ana")
    page.get_by_label("Score").fill("3")
    _store(page)
    expect(page.locator(".field.wrong")).to_have_count(1)
    assert _fields_with_errors(page) == {"Score": "Use a number of at most 1."}
    assert sent == []
    page.get_by_label("Score").fill("0.5")
    expect(page.locator(".field.wrong")).to_have_count(0)


def test_a_label_can_only_be_chosen(page: Page) -> None:
    """There is no field to write one in: three radio buttons are all that sets it."""
    inputs = page.get_by_role("group", name="Verdict").locator("input, textarea, select").all()
    assert [(each.get_attribute("type"), each.get_attribute("value")) for each in inputs] == [
        ("radio", "correct"),
        ("radio", "partly correct"),
        ("radio", "incorrect"),
    ]


def test_a_judgement_is_stored_with_the_keyboard_alone(
    page: Page, phoenix: PhoenixProcess, trace_ids: list[str]
) -> None:
    reviewer = f"Ana at {page.viewport_size}"
    _choose(page, 2)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("0.5")
    page.keyboard.press("Tab")
    page.keyboard.type("It does not say when. 😀")
    page.keyboard.press("Tab")
    page.keyboard.type(reviewer)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status")).to_have_text("Stored in Phoenix: partly correct")
    (stored,) = _judgements(phoenix, trace_ids[1], reviewer)
    assert (stored["name"], stored["annotator_kind"]) == ("correctness", "HUMAN")
    assert stored["result"] == {
        "label": "partly correct",
        "score": 0.5,
        "explanation": "It does not say when. 😀",
    }
    expect(page.get_by_text(f"1 of {len(EXAMPLES)} judged")).to_be_visible()
    expect(page.get_by_role("button", name="Next answer")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your name")).to_have_value(reviewer)
    expect(page.get_by_role("radio", checked=True)).to_have_count(0)


def test_a_stored_judgement_can_be_changed(
    page: Page, phoenix: PhoenixProcess, trace_ids: list[str]
) -> None:
    reviewer = f"Ben at {page.viewport_size}"
    page.get_by_role("radio", name="incorrect").check()
    page.get_by_label("Your name").fill(reviewer)
    _store(page)
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_role("radio", name="incorrect")).to_be_checked()
    page.get_by_role("radio", name="correct", exact=True).check()
    _store(page)
    expect(page.get_by_role("status")).to_have_text("Stored in Phoenix: correct")
    (stored,) = _judgements(phoenix, trace_ids[0], reviewer)
    assert stored["result"]["label"] == "correct"


def test_what_only_the_backend_refuses_is_said_beside_the_field(page: Page) -> None:
    """A stand-in for a rule that no schema can say."""
    problem = {"loc": ["body", "identifier"], "msg": "Ana is on holiday", "type": "value_error"}
    page.route("**/judgements", lambda route: route.fulfill(status=422, json={"detail": [problem]}))
    page.get_by_role("radio", name="incorrect").check()
    page.get_by_label("Your name").fill("Ana")
    _store(page)
    expect(page.locator(".field.wrong")).to_have_count(1)
    assert _fields_with_errors(page) == {"Your name": "Ana is on holiday"}


@pytest.mark.parametrize("page", [PHONE], indirect=True, ids=["phone"])
def test_a_dead_phoenix_is_told_and_what_was_typed_is_kept(
    page: Page, phoenix: PhoenixProcess, trace_ids: list[str]
) -> None:
    reviewer = f"Cleo at {page.viewport_size}"
    _choose(page, 4)
    page.get_by_role("radio", name="incorrect").check()
    page.get_by_label("Why?").fill("It is rude.")
    page.get_by_label("Your name").fill(reviewer)
    phoenix.kill()
    try:
        _store(page)
        expect(page.locator(".problem")).to_have_text(
            "Phoenix does not answer, so nothing was stored. What you typed is still here."
        )
        expect(page.get_by_role("radio", name="incorrect")).to_be_checked()
        expect(page.get_by_label("Why?")).to_have_value("It is rude.")
        expect(page.get_by_label("Your name")).to_have_value(reviewer)
    finally:
        phoenix.start()
    _store(page)
    expect(page.get_by_role("status")).to_have_text("Stored in Phoenix: incorrect")
    (stored,) = _judgements(phoenix, trace_ids[3], reviewer)
    assert stored["result"]["explanation"] == "It is rude."
