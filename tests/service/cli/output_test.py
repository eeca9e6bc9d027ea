#!/usr/bin/env python3
"""Every command that looks, over every scenario: its JSON is what docs/schemas promises, its exit code one
of those that it documents, its text printable and never empty.

    output_test.py AECLIENT [SCENARIO]     a name, or a pattern such as 'renew*'; without it all

Run by /usr/bin/python3, which has jsonschema.
"""
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parents[1] / "support"))
import schema_check  # noqa: E402  (it stands in tests/support)

AECLIENT = pathlib.Path(sys.argv[1])
SCENARIOS = HERE.parents[1] / "scenarios"
LOOKS = [
    # words, exit codes that may come
    (["plan"], {0}),
    (["templates"], {0}),
    (["templates", "--all"], {0}),
    (["cas"], {0, 1, 2}),
    (["doctor"], {0, 1, 2}),
]
# What needs no network and no scenario: a context that has nothing yet.
EMPTY_CONTEXT = [
    (["status"], {0, 1, 2, 3, 4, 5}),
    (["events"], {0}),
    *((["certs", "--store", store], {0}) for store in ("my", "request", "root", "ca", "ntauth")),
    (["certs", "--archived"], {0}),
    (["policy", "show"], {0}),
    (["log-level"], {0}),
    (["key-test"], {0}),
    (["replica"], {0, 2}),
]
ANYWHERE = [(["explain", what], {0}) for what in
            ("0x80094012", "CERTSRV_E_TEMPLATE_DENIED", "CertEnroll 13", "13", "-2146877420")]


def run(words):
    environment = {**os.environ, "TERM": "xterm"}
    environment.pop("NO_COLOR", None)
    return subprocess.run([AECLIENT, *words], capture_output=True, text=True, errors="surrogateescape",
                          check=False, timeout=120, stdin=subprocess.DEVNULL, env=environment)


def problems_of(words, codes, more):
    """Problems with `aeclient WORDS`, as text, as JSON and quiet."""
    line = " ".join(map(str, words))
    texts = [run([*words, *more]), run([*words, "--json", *more]), run([*words, "--quiet", *more])]
    text, as_json, quiet = texts
    for result in texts:
        if result.returncode not in codes:
            yield f"aeclient {line}: exit code {result.returncode}: {result.stderr.strip()[:400]}"
            return
    if len({result.returncode for result in texts}) != 1:
        yield f"aeclient {line}: text, JSON and quiet end with {[result.returncode for result in texts]}"
    if as_json.stdout or as_json.returncode == 0:
        for problem in schema_check.check_output(list(map(str, words)), as_json.stdout):
            yield f"aeclient {line} --json: {problem}"
    if not text.stdout.endswith("\n") and text.returncode == 0:
        yield f"aeclient {line}: prints no text that ends with a newline"
    for odd in (one for one in text.stdout if not (one.isprintable() or one == "\n")):
        yield f"aeclient {line}: prints U+{ord(odd):04X}"
        break
    if quiet.stdout:
        yield f"aeclient {line} --quiet: prints {quiet.stdout[:80]!r}"


def subjects_of(folder):
    """A template and a certificate that the scenario knows: what `explain` is asked for."""
    decisions = json.loads((folder / "expected.json").read_text())["decisions"]
    templates = [one["template"] for one in decisions if one["about"] == "template"]
    certificates = [one["subject"] for one in decisions if one["about"] == "certificate"]
    return [*templates[:1], *certificates[:1]]


def scenario_problems(folder):
    more = ["--from", str(folder)]
    found = []
    for words, codes in LOOKS:
        found += problems_of(words, codes, more)
    for subject in subjects_of(folder):
        if subject and not subject.startswith("-"):
            found += problems_of(["explain", subject], {0, 1}, more)
    return [f"{folder.name}: {problem}" for problem in found]


def empty_problems():
    found = []
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        more = ["--state-dir", f"{folder}/state", "--policy-dir", f"{folder}/policy"]
        for words, codes in EMPTY_CONTEXT:
            found += problems_of(words, codes, more)
    for words, codes in ANYWHERE:
        found += problems_of(words, codes, [])
    return found


def main():
    folders = sorted(story.parent for story in SCENARIOS.glob(f"{(sys.argv[2:] or ['*'])[0]}/story.md"))
    found = empty_problems()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for problems in pool.map(scenario_problems, folders):
            found += problems
    for problem in found[:60]:
        print(problem)
    if len(found) > 60:
        print(f"... and {len(found) - 60} more")
    if not folders:
        found.append("no scenarios")
    print(f"{len(folders)} scenarios, {len(found)} problems")
    return 1 if found else 0


sys.exit(main())
