"""A judge that cannot say no is worthless: spoils right plans and counts what goes unnoticed."""
import copy
import json

from . import expectation


def spoiled(plan):
    """Each plan differs from a right one in one thing that a story states."""
    for at, decision in enumerate(plan["decisions"]):
        for what, change in (("a decision is missing", None), ("another verdict", "verdict"),
                             ("no fact", "fact")):
            wrong = copy.deepcopy(plan)
            if change is None:
                del wrong["decisions"][at]
            else:
                wrong["decisions"][at][change] = "" if change == "fact" else "issued"
            yield f"{what}: {decision['template']} {decision['subject'][:8]}", wrong
        twice = copy.deepcopy(plan)
        twice["decisions"].append(copy.deepcopy(decision))
        yield f"two decisions: {decision['template']}", twice
    for at, update in enumerate(plan["trust"]):
        if update["added"] or update["removed"]:
            wrong = copy.deepcopy(plan)
            wrong["trust"][at].update(added=0, removed=0)
            yield f"store {update['store']} stays as it is", wrong
    for at, action in enumerate(plan["actions"]):
        wrong = copy.deepcopy(plan)
        del wrong["actions"][at]
        yield f"an action is missing: {expectation.describe(action)}", wrong
        wrong = copy.deepcopy(plan)
        wrong["actions"][at]["afterwards"].append({"kind": "remove", "subject": "00", "why": ""})
        yield f"something is deleted afterwards: {expectation.describe(action)}", wrong
        wrong = copy.deepcopy(plan)
        wrong["actions"][at]["interactive"] = not action["interactive"]
        yield f"interaction: {expectation.describe(action)}", wrong
        # A lost answer may be fetched from the directory alone.
        if action["kind"] in expectation.ASKING and action["cas"]:
            wrong = copy.deepcopy(plan)
            wrong["actions"][at]["cas"] = []
            yield f"nobody is asked: {expectation.describe(action)}", wrong


def unnoticed(world, folder):
    path = folder / world.folder / "expected.json"
    if not path.is_file():
        return ["expected.json is missing"], 0
    plan = json.loads(path.read_text(encoding="utf-8"))
    missed = [f"a right plan is refused: {one}" for one in expectation.problems(world, plan)]
    tried = 0
    for what, wrong in spoiled(plan):
        tried += 1
        if not list(expectation.problems(world, wrong)):
            missed.append(f"not noticed: {what}")
    return missed, tried
