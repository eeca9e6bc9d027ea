"""Does a plan say what its story states?  Compares `aeclient plan --from DIR --json`."""
import pathlib
import re

# engine/decision.cpp says what to_string() makes of each Verdict; the stories use the enumerators.
TABLE = pathlib.Path(__file__).resolve().parents[3] / "engine/decision.cpp"
VERDICTS = dict(re.findall(r'VerdictName\{Verdict::(\w+), "([^"]+)"\}', TABLE.read_text()))

# The brake's reason is the rule itself where nothing else tells two occasions apart.
PLAIN_REASONS = {"Q1", "Q2", "Q3", "Q4", "Q5", "Q10", "Q14"}


ASKING = ("enroll", "renew", "retrieve")  # actions that go to a certification authority

# engine/directory.cpp to_string(TrustStore)
STORES = {"root": "Root", "intermediate": "CA", "nt_auth": "NTAuth"}


def find_decision(plan, about):
    kind, template, subject = about
    return [one for one in plan["decisions"]
            if one["about"] == kind and one["subject"] == subject
            and (template is None or one["template"] == template)]


def check_decisions(world, plan):
    seen = []
    for wanted in world.decisions:
        what = " ".join(part for part in wanted["about"] if part)
        found = find_decision(plan, wanted["about"])
        if len(found) != 1:
            yield f"{what}: {len(found)} decisions instead of one"
            continue
        decision = found[0]
        seen.append(id(decision))
        if wanted["verdict"] and decision["verdict"] != VERDICTS[wanted["verdict"]]:
            yield (f"{what}: {VERDICTS[wanted['verdict']]} is expected, the plan says "
                   f"{decision['verdict']} ({decision['rule']}: {decision['fact']})")
        elif wanted["rule"] and decision["rule"] != wanted["rule"]:
            yield (f"{what}: rule {wanted['rule']} is expected, the plan says {decision['rule']} "
                   f"({decision['fact']})")
        if not decision["fact"]:
            yield f"{what}: the decision names no fact"
        for fact in wanted["facts"]:
            if fact not in decision["fact"]:
                yield f"{what}: \"{fact}\" is not in the fact \"{decision['fact']}\""
    for decision in plan["decisions"]:
        if id(decision) not in seen:
            yield (f"{decision['about']} {decision['template']} {decision['subject']}: not stated; "
                   f"the plan says {decision['verdict']} ({decision['rule']}: {decision['fact']})")


def describe(action):
    return " ".join(part for part in (action["kind"], action["template"], action["subject"][:8])
                    if part)


def check_action(world, wanted, action):
    if wanted["template"] and action["template"] != wanted["template"]:
        yield f"template {action['template']} instead of {wanted['template']}"
    if wanted["subject"] and action["subject"] != wanted["subject"]:
        yield f"subject {action['subject']} instead of {wanted['subject']}"
    if bool(action["interactive"]) != wanted["interactive"]:
        yield f"interactive is {action['interactive']}"
    reason = wanted["reason"]
    if reason is None and wanted["kind"] == "enroll":
        rules = [one["rule"] for one in world.decisions
                 if one["about"][:2] == ("template", wanted["template"])]
        reason = rules[0] if rules and rules[0] in PLAIN_REASONS else None
    if reason and action["reason"] != reason:
        yield f"reason \"{action['reason']}\" instead of \"{reason}\""
    cas = list(action["cas"])
    if wanted["cas"] is not None:
        expected = [one.config for one in wanted["cas"]]
        if isinstance(wanted["cas"], set):
            expected, cas = sorted(expected), sorted(cas)
        if expected != cas:
            yield f"asks {cas} instead of {expected}"
    elif wanted["kind"] in ASKING and not cas:
        yield "asks nobody"
    expected = sorted((kind, about.thumbprint) for kind, about in wanted["afterwards"])
    found = sorted((one["kind"], one["subject"]) for one in action["afterwards"])
    if expected != found:
        yield f"afterwards {found} instead of {expected}"


def check_actions(world, plan):
    wanted = [one["kind"] for one in world.actions]
    found = [one["kind"] for one in plan["actions"]]
    if wanted != found:
        yield (f"actions {wanted} are expected, the plan has "
               f"{[describe(one) for one in plan['actions']]}")
        return
    for expected, action in zip(world.actions, plan["actions"]):
        for problem in check_action(world, expected, action):
            yield f"{describe(action)}: {problem}"


def check_trust(world, plan):
    for wanted in world.trust:
        found = [one for one in plan["trust"] if one["store"] == STORES[wanted["store"]]]
        if len(found) != 1:
            yield f"trust store {wanted['store']}: {len(found)} entries instead of one"
            continue
        for key in ("added", "removed"):
            if found[0][key] != wanted[key]:
                yield (f"trust store {wanted['store']}: {key} {found[0][key]} instead of "
                       f"{wanted[key]}")
        if wanted["problem"] not in found[0]["problem"]:
            yield f"trust store {wanted['store']}: \"{wanted['problem']}\" is not said"


def problems(world, plan):
    """One sentence per difference between the story and the plan."""
    yield from check_decisions(world, plan)
    yield from check_actions(world, plan)
    yield from check_trust(world, plan)
    for text, holds in world.checks:
        try:
            fine = holds(plan)
        except (IndexError, KeyError):  # the plan lacks what it is about
            fine = False
        if not fine:
            yield f"does not hold: {text}"
