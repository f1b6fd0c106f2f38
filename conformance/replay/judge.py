"""Plays one case and gives its verdict."""

import dataclasses

from . import differences, needs
from .compare import Comparison
from .player import Player, clean_up

PASSED, FAILED, DIFFERENT, SKIPPED = "passed", "failed", "different", "skipped"


@dataclasses.dataclass
class Verdict:
    case: str
    kind: str
    reason: str = ""
    do: dict | None = None       # the step that differs, what was recorded for it, what came
    want: dict | None = None
    got: dict | None = None


def judge(target, case, difference):
    """REQUIRES: nobody else uses the target's vhost meanwhile."""
    missing = needs.missing(case, target)
    if missing:
        return Verdict(case["id"], SKIPPED, missing)
    player = Player(target, case)
    try:
        if difference:
            return _judge_difference(player, case, difference)
        return _judge_recorded(player, case)
    except OSError as error:
        return Verdict(case["id"], FAILED, f"connection to the broker: {error}")
    except ValueError as error:
        return Verdict(case["id"], FAILED, f"the broker sent what cannot be decoded: {error}")
    finally:
        player.close()
        _clean_up_quietly(target, case)


def _clean_up_quietly(target, case):
    try:
        clean_up(target, case)
    except (OSError, ValueError):
        pass  # a broker that is gone shows in the next case


def _judge_recorded(player, case):
    comparison, steps = Comparison(), case["steps"]
    for i, step in enumerate(steps):
        answer = player.perform(step, last=i + 1 == len(steps))
        if comparison.same(step, answer):
            continue
        return _failed(case, i, answer, f"step {i}")
    return Verdict(case["id"], PASSED)


def _judge_difference(player, case, difference):
    steps = case["steps"]
    answers = [player.perform(step, last=i + 1 == len(steps)) for i, step in enumerate(steps)]
    comparison = Comparison()
    if all(comparison.same(step, answer) for step, answer in zip(steps, answers)):
        return Verdict(case["id"], FAILED, "is as recorded, although a difference is expected")
    wrong = differences.first_wrong_step(difference, case, answers)
    if wrong is None:
        return Verdict(case["id"], DIFFERENT, difference["reason"])
    reason = f"step {wrong}, not the expected difference ({difference['reason']})"
    return _failed(case, wrong, answers[wrong], reason)


def _failed(case, i, answer, reason):
    step = case["steps"][i]
    want = {"got": step["got"], "also": step.get("also", [])}
    return Verdict(case["id"], FAILED, reason, step["do"], want, answer)
