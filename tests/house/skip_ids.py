#!/usr/bin/env python3
"""Does every skip of a test stand in docs/windows-verification.md, and the other way round?

    skip_ids.py REPOSITORY
    skip_ids.py --self-test

A skip: AE_SKIP("W-WORDS", reason) in C++ (tests/support/skip.h); "skipped [W-WORDS]: ..." printed by
a script.  The list: the rows of the document's table that begin | W-WORDS |, each with what the test
could not do and how real Windows shows it.
"""
import pathlib
import re
import sys

DOCUMENT = "docs/windows-verification.md"
SKIP = re.compile(r"\bAE_SKIP\(\s*([^,]*?)\s*,")
LITERAL = re.compile(r'"(W-[A-Z0-9]+(?:-[A-Z0-9]+)*)"')
PRINTED = re.compile(r"skipped \[([^\]]*)\]")
ROW = re.compile(r"\|\s*(W-[^|\s]*)\s*\|([^|]*)\|([^|]*)\|\s*")
ID = re.compile(r"W-[A-Z0-9]+(?:-[A-Z0-9]+)*")
THE_HEADER = "tests/support/skip.h"


def skips_of(path, text):
    """(line number, id or None for one that cannot be read) of each skip in one file."""
    def line_of(match):
        return text.count("\n", 0, match.start()) + 1
    if path != THE_HEADER:
        for match in SKIP.finditer(text):
            literal = LITERAL.fullmatch(match.group(1))
            yield line_of(match), literal and literal.group(1)
    if path.endswith(".py"):
        for match in PRINTED.finditer(text):
            yield line_of(match), match.group(1) if ID.fullmatch(match.group(1)) else None


def listed_in(document):
    """{id: line number} and what is wrong with the rows themselves."""
    listed, findings = {}, []
    for number, line in enumerate(document.splitlines(), 1):
        match = ROW.fullmatch(line)
        if not match:
            if line.startswith("| W-"):
                findings.append(f"{DOCUMENT}:{number}: a row has three columns: id, what, how")
            continue
        name, what, how = (part.strip() for part in match.groups())
        if not ID.fullmatch(name):
            findings.append(f"{DOCUMENT}:{number}: {name} is no id")
        elif name in listed:
            findings.append(f"{DOCUMENT}:{number}: {name} stands there twice")
        elif not what or not how:
            findings.append(f"{DOCUMENT}:{number}: {name} does not say what, or not how Windows shows it")
        listed.setdefault(name, number)
    return listed, findings


def compare(files, document):
    """`files`: {path: text} of the tests."""
    listed, findings = listed_in(document)
    yield from findings
    used = set()
    for path, text in sorted(files.items()):
        for number, name in skips_of(path, text):
            if name is None:
                yield f"{path}:{number}: a skip whose id is no literal W-WORDS"
            elif name not in listed:
                yield f"{path}:{number}: {name} does not stand in {DOCUMENT}"
            used.add(name)
    for name, number in listed.items():
        if name not in used:
            yield f"{DOCUMENT}:{number}: no test skips {name}"


def files_of(root):
    own = pathlib.Path("tests/house/skip_ids.py")
    paths = [path.relative_to(root) for path in (root / "tests").rglob("*")
             if path.suffix in (".cpp", ".h", ".py")]
    return {str(path): (root / path).read_text(encoding="utf-8") for path in paths if path != own}


GOOD_DOCUMENT = "| Id | What | How |\n|---|---|---|\n| W-ONE | x | y |\n| W-TWO-2 | x | y |\n"
GOOD_FILES = {
    "tests/a_test.cpp": 'if (x) {\n    AE_SKIP(\n        "W-ONE", "Wine: " + y);\n',
    "tests/b.py": 'print(f"skipped [W-TWO-2]: {reason}")',
    THE_HEADER: "#define AE_SKIP(id, reason) (std::cout << id)",
}


def self_test():
    def with_line(path, line):
        return {**GOOD_FILES, path: line}
    wrong = [
        ("tests/c.cpp:1: W-NEW does not stand in", with_line("tests/c.cpp", 'AE_SKIP("W-NEW", "x")'), ""),
        ("tests/c.cpp:1: a skip whose id is no", with_line("tests/c.cpp", 'AE_SKIP(name, "x")'), ""),
        ("tests/c.cpp:1: a skip whose id is no", with_line("tests/c.cpp", 'AE_SKIP("w-one", "x")'), ""),
        ("tests/c.py:1: W-NEW does not stand in", with_line("tests/c.py", 'print("skipped [W-NEW]: x")'), ""),
        (f"{DOCUMENT}:5: no test skips W-OLD", GOOD_FILES, "| W-OLD | x | y |\n"),
        (f"{DOCUMENT}:5: W-ONE stands there twice", GOOD_FILES, "| W-ONE | x | y |\n"),
        (f"{DOCUMENT}:5: a row has three columns", GOOD_FILES, "| W-OLD | x |\n"),
        (f"{DOCUMENT}:5: W-OLD does not say what", GOOD_FILES, "| W-OLD | x | |\n"),
        (f"{DOCUMENT}:5: W-old is no id", GOOD_FILES, "| W-old | x | y |\n"),
    ]
    missed = [wanted for wanted, files, rows in wrong
              if not any(found.startswith(wanted) for found in compare(files, GOOD_DOCUMENT + rows))]
    false = list(compare(GOOD_FILES, GOOD_DOCUMENT))
    for text in missed:
        print(f"self-test: was not found: {text}")
    for text in false:
        print(f"self-test: nothing is wrong, and yet: {text}")
    return 1 if missed or false else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    root = pathlib.Path(sys.argv[1])
    findings = list(compare(files_of(root), (root / DOCUMENT).read_text(encoding="utf-8")))
    print("\n".join(findings) or f"the tests' skips and {DOCUMENT} agree")
    return 1 if findings else 0


sys.exit(main())
