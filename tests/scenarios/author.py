#!/usr/bin/env python3
"""Writes the scenario folders out of their declarations in authoring/stories_*.py.

    author.py                     directory.ldif, machine.json and story.md of every scenario
    author.py --check             fails when a file is not what would be written
    author.py --expect AECLIENT   runs `AECLIENT plan --from DIR --json` in every folder and compares
                                  it with what the story states; writes expected.json where all of
                                  it holds, and nothing where it does not
    author.py --judge AECLIENT    the same comparison, and nothing is written
    author.py --self-test         spoils each expected.json in many ways; fails when the comparison
                                  with the stories does not notice one of them
    author.py --list              every scenario with its rules, and the scenarios of every rule

Scenario names after an option limit it to those.  The same declarations always give the same
octets: no clock, no randomness, no key.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import textwrap

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from authoring import capture, expectation, library, self_test  # noqa: E402

WIDTH = 100
STORY_LINES = range(3, 9)


def story(world):
    lines = textwrap.wrap(" ".join(world.story.split()), WIDTH, break_long_words=False,
                          break_on_hyphens=False)
    if len(lines) not in STORY_LINES:
        sys.exit(f"{world.folder}: the story has {len(lines)} lines, 3 to 8 are wanted")
    return "\n".join([f"# {world.title}", "Rules: " + " ".join(world.rules), "", *lines]) + "\n"


def files(world):
    return {"story.md": story(world), "directory.ldif": capture.directory(world),
            "machine.json": json.dumps(capture.machine(world), indent=2, ensure_ascii=False) + "\n"}


def unknown_folders(names):
    return [one.parent.name for one in sorted(HERE.glob("*/story.md"))
            if one.parent.name not in names]


def write(worlds):
    for world in worlds:
        folder = HERE / world.folder
        folder.mkdir(exist_ok=True)
        for name, text in files(world).items():
            path = folder / name
            if not path.exists() or path.read_bytes() != text.encode():
                path.write_bytes(text.encode())
                print(f"wrote {world.folder}/{name}")
    return True


def check(worlds):
    stale = [f"{world.folder}/{name}" for world in worlds for name, text in files(world).items()
             if not (HERE / world.folder / name).is_file()
             or (HERE / world.folder / name).read_bytes() != text.encode()]
    stale += [f"{world.folder}/expected.json" for world in worlds
              if not (HERE / world.folder / "expected.json").is_file()]
    for one in stale:
        print(f"{one} is missing or not what author.py writes")
    return not stale


def plan_of(aeclient, world):
    """The plan and its text, or None and what went wrong."""
    command = [aeclient, "plan", "--from", str(HERE / world.folder), "--json"]
    done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    try:
        plan = json.loads(done.stdout)
        return (plan, done.stdout) if "decisions" in plan else (None, str(plan))
    except ValueError:
        return None, f"no JSON, exit code {done.returncode}: {done.stderr.decode()[:300]}"


def expect(worlds, aeclient, keep):
    """`keep`: also write expected.json."""
    failed = 0
    for world in worlds:
        plan, text = plan_of(aeclient, world)
        found = [text] if plan is None else list(expectation.problems(world, plan))
        if found:
            failed += 1
            print(f"{world.folder}: {world.title}")
            print("".join(f"    {one}\n" for one in found), end="")
            continue
        path = HERE / world.folder / "expected.json"
        if keep and (not path.exists() or path.read_bytes() != text):
            path.write_bytes(text)
            print(f"wrote {world.folder}/expected.json")
    print(f"{len(worlds) - failed} of {len(worlds)} scenarios hold")
    return failed == 0


def run_self_test(worlds):
    total, wrong = 0, 0
    for world in worlds:
        missed, tried = self_test.unnoticed(world, HERE)
        total += tried
        wrong += len(missed)
        for one in missed:
            print(f"{world.folder}: {one}")
    print(f"{total} spoiled plans, {wrong} findings")
    return wrong == 0 and total > 0


def show_list(worlds):
    rules = {}
    for world in worlds:
        print(f"{world.folder}: {world.title} [{' '.join(world.rules)}]")
        for rule in world.rules:
            rules.setdefault(rule, []).append(world.folder)
    print()
    for rule in sorted(rules):
        print(f"{rule}: {', '.join(rules[rule])}")
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true")
    mode.add_argument("--expect", metavar="AECLIENT")
    mode.add_argument("--judge", metavar="AECLIENT")
    mode.add_argument("--self-test", action="store_true")
    mode.add_argument("--list", action="store_true")
    parser.add_argument("scenarios", nargs="*")
    options = parser.parse_args()

    worlds = [one for one in library.worlds()
              if not options.scenarios or one.folder in options.scenarios]
    if options.list:
        return show_list(worlds)
    if options.self_test:
        return run_self_test(worlds)
    if options.expect or options.judge:
        return expect(worlds, options.expect or options.judge, keep=bool(options.expect))
    if not options.scenarios and (strangers := unknown_folders({one.folder for one in worlds})):
        print("no declaration for " + ", ".join(strangers))
        return False
    return check(worlds) if options.check else write(worlds)


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
