#!/usr/bin/env python3
"""Do docs/doctor.md, the diagnoses of service/doctor and their tests agree?

    doctor_table.py REPOSITORY
    doctor_table.py --self-test

A row: | id | means | usually | what to do | test |.  Every id that the program can print has one row, no
other has; each cell says something; each test exists:
  service/doctor/x [tag]            tests/service/doctor/x_test.cpp has that tag
  service/doctor "sentence"         a test case of that folder begins so
  scenarios a, b                    folders of tests/scenarios that doctor_scenarios_test.cpp replays
  lab/doctor_lab_test Class.test    tests/lab/doctor_lab_test.py has them; more tests of Class may follow;
                                    doctor_x_lab_test likewise
"""
import pathlib
import re
import sys

DOCUMENT = "docs/doctor.md"
ID = r"(?:ENV|POL|TRG|HAV|RGT|CAS|KEY|NET|REF|PND|INS|MAP)[0-9]+"
PRINTED = re.compile(rf'"({ID})"')
ROW = re.compile(rf"\|\s*({ID})\s*\|(.*)\|\s*")
PARTS = (
    ("tag", re.compile(r"service/doctor/(\w+) \[(\w+)\](?:,\s*|$)")),
    ("sentence", re.compile(r'service/doctor "([^"]+)"(?:,\s*|$)')),
    ("scenarios", re.compile(r"scenarios ([a-z0-9-]+(?:, [a-z0-9-]+)*)(?:,\s*|$)")),
    ("lab", re.compile(r"lab/(doctor\w*_lab_test) (\w+)\.(test_\w+)((?:, test_\w+)*)(?:,\s*|$)")),
)


def rows_of(document):
    for number, line in enumerate(document.splitlines(), 1):
        match = ROW.fullmatch(line)
        if match:
            yield number, match.group(1), [cell.strip() for cell in match.group(2).split("|")]


def tests_of(cell):
    """(kind, groups) of each test in the cell; what cannot be read last, as ("unreadable", text)."""
    rest = cell
    while rest:
        for kind, pattern in PARTS:
            match = pattern.match(rest)
            if match:
                yield kind, match.groups()
                rest = rest[match.end():]
                break
        else:
            yield "unreadable", (rest,)
            return


def exists(kind, groups, files):
    """`files`: path below tests/ -> text."""
    doctor = {path: text for path, text in files.items() if path.startswith("service/doctor/")}
    if kind == "tag":
        return f"[{groups[1]}]" in doctor.get(f"service/doctor/{groups[0]}_test.cpp", "")
    if kind == "sentence":
        return any(f'TEST_CASE("{groups[0]}' in text for text in doctor.values())
    if kind == "scenarios":
        replayed = doctor.get("service/doctor/doctor_scenarios_test.cpp", "")
        return all(f'"{name}"' in replayed and f"scenarios/{name}/story.md" in files
                   for name in groups[0].split(", "))
    if kind == "lab":
        lab = files.get(f"lab/{groups[0]}.py", "")
        names = [groups[2], *filter(None, groups[3].split(", "))]
        return f"class {groups[1]}(" in lab and all(f"def {name}(" in lab for name in names)
    return False


def check(document, printed, files):
    findings, seen = [], set()
    for number, name, cells in rows_of(document):
        where = f"{DOCUMENT}:{number}: {name}"
        if name in seen:
            findings.append(f"{where} has two rows")
        seen.add(name)
        if len(cells) != 4 or not all(cells):
            findings.append(f"{where}: a row has five cells that say something")
            continue
        tests = list(tests_of(cells[3]))
        findings += [f"{where}: there is no test \"{' '.join(groups)}\""
                     for kind, groups in tests if not exists(kind, groups, files)]
    findings += [f"{DOCUMENT}: {name} has no row" for name in sorted(printed - seen)]
    findings += [f"{DOCUMENT}: {name} is no diagnosis of the program" for name in sorted(seen - printed)]
    return findings


def main(root):
    printed = set()
    for path in (root / "service/doctor").glob("*.cpp"):
        printed |= set(PRINTED.findall(path.read_text(encoding="utf-8")))
    tests = root / "tests"
    paths = [*tests.glob("service/doctor/*.cpp"), *tests.glob("lab/doctor*_lab_test.py"),
             *tests.glob("scenarios/*/story.md")]
    files = {str(path.relative_to(tests)): path.read_text(encoding="utf-8") for path in paths}
    findings = check((root / DOCUMENT).read_text(encoding="utf-8"), printed, files)
    print("\n".join(findings) or f"{len(printed)} diagnoses agree")
    return 1 if findings else 0


def self_test():
    files = {"service/doctor/a_test.cpp": 'TEST_CASE("it is so, always", "[doctor][POL1]")',
             "service/doctor/doctor_scenarios_test.cpp": '{"revoked", ""}',
             "scenarios/revoked/story.md": "", "scenarios/other/story.md": "",
             "lab/doctor_lab_test.py": "class Network(Lab):\n    def test_down(self):\n"}

    def findings(test, printed=frozenset({"POL1"}), name="POL1", remedy="do"):
        return check(f"| {name} | means | FAIL | {remedy} | {test} |\n", set(printed), files)

    good = ("service/doctor/a [POL1]", 'service/doctor "it is so"', "scenarios revoked",
            "lab/doctor_lab_test Network.test_down", "service/doctor/a [POL1], scenarios revoked")
    bad = ("service/doctor/a [POL2]", "service/doctor/b [POL1]", 'service/doctor "it is not"', "scenarios other",
           "scenarios none", "lab/doctor_lab_test Network.test_up",
           "lab/doctor_x_lab_test Network.test_down", "lab/doctor_lab_test Other.test_down", "somewhere")
    wrong = [test for test in good if findings(test)] + [test for test in bad if not findings(test)]
    wrong += ["a missing row"] if not findings(good[0], {"POL1", "POL2"}) else []
    wrong += ["an unknown id"] if not findings(good[0], set()) else []
    wrong += ["an empty cell"] if not findings(good[0], remedy="") else []
    print("\n".join(f"not noticed: {one}" for one in wrong) or "the comparison notices what it should")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(self_test() if sys.argv[1:] == ["--self-test"] else main(pathlib.Path(sys.argv[1])))
