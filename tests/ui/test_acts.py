"""The rule by which the logs of browser and server come to the same, whatever is late on its way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bioviz.ui.components.shared import acts
from bioviz.ui.components.shared.acts import Act

KINDS = ("clip", "colour")
ACTS = some.builds(Act, some.integers(0, 5), some.booleans(), some.integers(0, 3))
LOGS = some.dictionaries(some.sampled_from(KINDS), ACTS)


def ranks(log):
    return {kind: act.rank for kind, act in log.items()}


@given(LOGS, LOGS, LOGS)
def test_putting_logs_together_does_not_depend_on_the_order(a, b, c):
    assert ranks(acts.merged(a, b)) == ranks(acts.merged(b, a))
    assert ranks(acts.merged(acts.merged(a, b), c)) == ranks(acts.merged(a, acts.merged(b, c)))
    assert acts.merged(a, a) == a


@given(LOGS, some.sampled_from(KINDS))
def test_an_own_act_comes_after_all_that_is_known(log, kind):
    after = acts.with_own(log, kind, "new")
    assert acts.merged(log, after)[kind].value == "new"
    assert after[kind].number == acts.newest(log) + 1


# What happens: the user acts in the browser, Python acts, or a log arrives that was sent some steps ago.
STEPS = some.lists(
    some.tuples(
        some.sampled_from(["browser", "python", "to python", "to browser"]),
        some.sampled_from(KINDS),
        some.integers(0, 4),
    ),
    max_size=40,
)


@given(STEPS)
def test_late_news_never_undoes_what_the_user_did_since_and_both_sides_end_equal(steps):
    browser, python, number = {}, {}, 0
    sent = {"to python": [{}], "to browser": [{}]}
    last: dict[str, tuple[str, int]] = {}  # what the browser shows of each kind, and since when it may change
    for value, (what, kind, delay) in enumerate(steps):
        if what == "browser":
            number += 1
            browser = {**browser, kind: Act(number, True, value)}
            last[kind] = (value, number)
        elif what == "python":
            python = acts.with_own(python, kind, value)
        else:
            message = sent[what][max(0, len(sent[what]) - 1 - delay)]
            if what == "to python":
                python = acts.merged(python, message)
            else:
                number = max(number, acts.newest(message))
                browser = acts.merged(browser, message)
                for shown, (own, since) in last.items():
                    if browser[shown].value != own:
                        assert browser[shown].number > since, (
                            "an act that did not know of the user's undid it"
                        )
        sent["to python"].append(browser)
        sent["to browser"].append(python)
    python = acts.merged(python, browser)
    browser = acts.merged(browser, python)
    assert browser == python
    for kind, (own, since) in last.items():
        assert browser[kind].value == own or browser[kind].number > since


def test_a_log_goes_to_the_browser_and_back():
    log = {"clip": Act(3, True, ["demo", 4]), "colour": Act(0, False, "label")}
    assert acts.from_browser(acts.to_browser(log)) == log


@pytest.mark.parametrize(
    "told",
    [
        None,
        "x",
        [1],
        {"clip": None},
        {"clip": [1, True]},
        {"clip": ["1", True, 3]},
        {"clip": [-1, True, 3]},
        {"clip": [1.5, True, 3]},
        {"clip": [float("nan"), True, 3]},
        {"clip": [float("inf"), True, 3]},
        {"clip": [True, True, 3]},
        {"clip": [2**60, True, 3]},
        {"clip": [1, 1, 3]},
        {3: [1, True, 3]},
        {str(i): [1, True, 3] for i in range(1000)},
    ],
)
def test_nonsense_from_a_browser_is_no_act(told):
    assert acts.from_browser(told) == {}


def test_an_act_on_a_clip_counts_in_its_own_dataset_alone():
    value = acts.clip_value("demo", 7)
    assert acts.clip_row(value, "demo") == 7
    assert acts.clip_row(value, "other") == -1
    for wrong in (None, 7, ["demo"], ["demo", "7"], ["demo", True], ["demo", -3], ["demo", 1.0]):
        assert acts.clip_row(wrong, "demo") == -1
