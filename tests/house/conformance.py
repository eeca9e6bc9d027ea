#!/usr/bin/env python3
"""Does docs/wcce-conformance.md account for every duty of the client in [MS-WCCE] 3.1, and does what it
names exist?

    conformance.py REPOSITORY
    conformance.py --self-test

A row: | section | n | duty | where | test |
`n` is how many MUST and SHOULD of the section the row is about; the rows of a section add up to the
number in wcce_sections.txt.  "where" is files in backticks, each followed by functions in backticks
that stand in it, or "no: " and why there is none.  "test" is files in backticks, each followed by
tags that stand in it; "-" only behind a "no:".
"""
import collections
import pathlib
import re
import sys

DOCUMENT = "docs/wcce-conformance.md"
SECTIONS = "tests/house/wcce_sections.txt"
ROW = re.compile(r"\|\s*(3\.1[\d.]*)\s*\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|\s*")
WORD = re.compile(r"`([^`]+)`|(\[[^\]]+\])")
PATH = re.compile(r"[\w./-]*/[\w./-]+")


def duties_of(text):
    """{section: number} of the list."""
    lines = (line.split() for line in text.splitlines() if line and not line.startswith("#"))
    return {section: int(number) for section, number in lines}


def rows_of(document):
    """(line number, section, n or None, duty, where, test) of each row."""
    for number, line in enumerate(document.splitlines(), 1):
        match = ROW.fullmatch(line)
        if match:
            section, count, *rest = (part.strip() for part in match.groups())
            yield number, section, int(count) if count.isdigit() else None, *rest


def check_column(where, column, text_of):
    """`column` names a file, and behind it what stands in it; `text_of(path)`: its text or None."""
    path = text = None
    for name, tag in WORD.findall(column):
        if name and PATH.fullmatch(name):
            path, text = name, text_of(name)
            if text is None:
                yield f"{where}: there is no file {path}"
        elif path is None:
            yield f"{where}: {name or tag} stands behind no file"
        elif text is not None and (name.split("::")[-1] if name else tag) not in text:
            yield f"{where}: {path} does not hold {name or tag}"
    if path is None:
        yield f"{where}: names no file: {column or '(empty)'}"


def check_row(row, text_of):
    number, section, count, duty, place, test = row
    where = f"{DOCUMENT}:{number}: {section}"
    if count is None or not duty:
        yield f"{where}: has no number or no duty"
    if place.startswith("no:"):
        if len(place) < 8 or test != "-":
            yield f"{where}: a duty that is left out has a reason and no test"
        return
    yield from check_column(where, place, text_of)
    yield from check_column(where, test, text_of)


def check(document, duties, text_of):
    found = collections.Counter()
    for row in rows_of(document):
        found[row[1]] += row[2] or 0
        yield from check_row(row, text_of)
    for section, count in duties.items():
        if found[section] != count:
            yield f"{section}: has {count} duties, the rows of {DOCUMENT} are about {found[section]}"
    for section in sorted(set(found) - set(duties)):
        yield f"{section}: {DOCUMENT} has a row for it, and it has no duties"


def check_tree(root):
    def text_of(path):
        file = root / path
        return file.read_text(encoding="utf-8") if file.is_file() else None
    if text_of(DOCUMENT) is None:
        return [f"there is no file {DOCUMENT}"]
    return list(check(text_of(DOCUMENT), duties_of(text_of(SECTIONS)), text_of))


TOY_FILES = {"engine/plan.cpp": "void act() {}", "tests/plan_test.cpp": 'TEST_CASE("x", "[a]")'}
TOY_DUTIES = "# list\n3.1.1 2\n3.1.2 1\n"
TOY_ROWS = """| section | n | duty | where | test |
| 3.1.1 | 1 | x | `engine/plan.cpp` `act` | `tests/plan_test.cpp` [a] |
| 3.1.1 | 1 | y | `engine/plan.cpp` | `tests/plan_test.cpp` |
| 3.1.2 | 1 | z | no: nobody asks | - |
"""


def toy_findings(old="", new="", duties=TOY_DUTIES):
    return list(check(TOY_ROWS.replace(old, new) if old else TOY_ROWS, duties_of(duties), TOY_FILES.get))


def self_test():
    row = f"{DOCUMENT}:2: 3.1.1"
    left_out = f"{DOCUMENT}:4: 3.1.2: a duty that is left out has a reason and no test"
    wrong = [
        (f"3.1.1: has 3 duties, the rows of {DOCUMENT} are about 2",
         toy_findings(duties="3.1.1 3\n3.1.2 1\n")),
        (f"3.1.3: has 1 duties, the rows of {DOCUMENT} are about 0",
         toy_findings(duties=TOY_DUTIES + "3.1.3 1\n")),
        (f"3.1.2: {DOCUMENT} has a row for it, and it has no duties", toy_findings(duties="3.1.1 2\n")),
        (f"{row}: there is no file engine/plans.cpp", toy_findings("plan.cpp` `act", "plans.cpp` `act")),
        (f"{row}: engine/plan.cpp does not hold react", toy_findings("`act`", "`react`")),
        (f"{row}: tests/plan_test.cpp does not hold [b]", toy_findings("[a]", "[b]")),
        (f"{row}: act stands behind no file", toy_findings("`engine/plan.cpp` `act`", "`act`")),
        (f"{row}: names no file: -", toy_findings("`tests/plan_test.cpp` [a]", "-")),
        (f"{row}: has no number or no duty", toy_findings("| 1 | x", "| | x")),
        (f"{row}: has no number or no duty", toy_findings("| x |", "| |")),
        (left_out, toy_findings("no: nobody asks", "no:")),
        (left_out, toy_findings("nobody asks | -", "nobody asks | `tests/plan_test.cpp`")),
    ]
    missed = [wanted for wanted, findings in wrong if wanted not in findings]
    for wanted in missed:
        print(f"self-test: was not found: {wanted}")
    false = toy_findings()
    for finding in false:
        print(f"self-test: nothing is wrong, and yet: {finding}")
    return not missed and not false


def main():
    if sys.argv[1:] == ["--self-test"]:
        return 0 if self_test() else 1
    findings = check_tree(pathlib.Path(sys.argv[1]))
    print("\n".join(findings) or "every duty of the client is accounted for")
    return 1 if findings else 0


sys.exit(main())
