#!/usr/bin/env python3
"""Do the reference's rule ids (rule_ids.txt), the rows of engine/RULES.md and the tags of the tests
agree?  None may be missing, none unknown; and each row names a function and a test that exist.

    rule_ids.py REPOSITORY TEST-PROGRAM...
    rule_ids.py --self-test

A row: | id, or first-last | what | source | `function`, `other` (x.cpp) | file [tag][tag], file [tag] |
A test is named by its file under tests/engine without _test.cpp, or with another folder of tests/
before it (`policy/srv_order`), or as `scenarios/<folder>`; a tag behind it must stand in that file.
"""
import pathlib
import re
import subprocess
import sys

ID = re.compile(r"(R-UI|[A-Z])(\d+)(?:-(?:R-UI|[A-Z])?(\d+))?")
TAG = re.compile(r"\[([^\]]+)\]")
# The columns Rule, What, Source, Function, Test.
ROW = re.compile(r"\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|\s*")
TEST = re.compile(r"([\w/-]+)\s*((?:\[[^\]]+\])*)")
REMARK = re.compile(r"\([^)]*\)")
PRODUCT = ("engine", "policy", "stores", "ca-client", "service")


def ids_of(text):
    """{"Q1", "Q2", "Q7"} of "Q1-Q2, Q7"; nothing of what is no id: "managed", "supersede:4"."""
    ids = set()
    for match in filter(None, (ID.fullmatch(part.strip()) for part in text.split(","))):
        family, first, last = match.group(1), int(match.group(2)), int(match.group(3) or match.group(2))
        ids |= {f"{family}{number}" for number in range(first, last + 1)}
    return ids


def family_of(rule):
    return ID.fullmatch(rule).group(1)


def in_order(rules):
    return sorted(rules, key=lambda rule: (family_of(rule), int(ID.fullmatch(rule).group(2))))


def rows_of(rules_md):
    """(line number, id column, function column, test column) of each row that is a rule's."""
    for number, line in enumerate(rules_md.splitlines(), 1):
        match = ROW.fullmatch(line)
        if match and match.group(1).strip() != "Rule" and set(line) - set("|-: "):
            yield number, match.group(1).strip(), match.group(4).strip(), match.group(5).strip()


def rules_of_tags(tags):
    return set().union(*(ids_of(tag) for tag in tags)) if tags else set()


def check_agreement(listed, rows, tags):
    """`tags`: {test program: its tags}.  Rows and tags of other families (W, I: other references)
    are known by their row alone."""
    families = {family_of(rule) for rule in listed}
    in_rows = set().union(*(ids_of(row[1]) for row in rows)) if rows else set()
    tagged = set().union(*(rules_of_tags(own) for own in tags.values())) if tags else set()
    for rule in in_order(listed - in_rows):
        yield f"{rule}: engine/RULES.md has no row for it"
    for rule in in_order(listed - tagged):
        yield f"{rule}: no test has its tag [{rule}]"
    for rule in in_order(in_rows - listed):
        if family_of(rule) in families:
            yield f"{rule}: engine/RULES.md has a row for it, and there is no such rule"
    for program, own in sorted(tags.items()):
        for rule in in_order(rules_of_tags(own) - listed - in_rows):
            yield f"{rule}: {program} has its tag, and there is no such rule"


class Tree:
    def __init__(self, root):
        self.root = root
        files = [p for part in PRODUCT for p in (root / part).rglob("*") if p.suffix in (".h", ".cpp")]
        self.code = {str(p.relative_to(root)): p.read_text(encoding="utf-8") for p in sorted(files)}

    def exists(self, path):
        return (self.root / path).exists()

    def has_function(self, name):
        """Whether the product declares or calls it: f( or f<..>(, a class of that name, a constant."""
        last = re.escape(name.split("::")[-1])
        pattern = re.compile(rf"\b{last}\s*[(<{{=]|\b(?:class|struct|enum class)\s+{last}\b")
        return any(pattern.search(text) for text in self.code.values()) and all(
            any(re.search(rf"\b{re.escape(part)}\b", text) for text in self.code.values())
            for part in name.split("::")
        )

    def test_text(self, name):
        """The text of the test that a row names; None when there is none."""
        if name.startswith("scenarios/"):
            story = self.root / "tests" / name / "story.md"
            words = story.read_text(encoding="utf-8").split() if story.is_file() else None
            return words and "".join(f"[{word}]" for word in words)
        folder, _, unit = name.rpartition("/")
        for path in sorted((self.root / "tests" / (folder or "engine")).rglob(f"{unit}_test.cpp")):
            return path.read_text(encoding="utf-8")
        return None


def check_function(where, column, tree):
    names = [name.removesuffix("()") for name in re.findall(r"`([^`]+)`", column)]
    paths = [name for name in names if re.search(r"/|\.(cpp|h)$", name)]
    functions = [name for name in names if name not in paths]
    if not functions:
        yield f"{where}: names no function: {column or '(empty)'}"
    for name in functions:
        if not re.fullmatch(r"\w+(::\w+)*", name) or not tree.has_function(name):
            yield f"{where}: there is no function {name}"
    for path in paths:
        if not (tree.exists(path) or tree.exists(f"engine/{path}")):
            yield f"{where}: there is no file {path}"


def check_test(where, column, tree):
    parts = re.split(r"[,;]", REMARK.sub("", column).replace("`", ""))
    named = [TEST.fullmatch(part.strip()) for part in parts]
    named = [match for match in named if match and match.group(1) not in ("-", "later")]
    if not named:
        yield f"{where}: names no test: {column or '(empty)'}"
    for match in named:
        text = tree.test_text(match.group(1))
        if text is None:
            yield f"{where}: there is no test {match.group(1)}"
            continue
        for tag in TAG.findall(match.group(2)):
            if f"[{tag}]" not in text:
                yield f"{where}: {match.group(1)} has no test with the tag [{tag}]"


def check_rows(rows, tree):
    for number, rule, function, test in rows:
        where = f"{rule}: engine/RULES.md:{number}"
        yield from check_function(where, function, tree)
        yield from check_test(where, test, tree)


def tags_of(program):
    """What `program --list-tags` prints: lines of a count and the tag in its spellings."""
    if not pathlib.Path(program).is_file():
        raise FileNotFoundError(f"{program} is not built; its tags cannot be asked for")
    # Catch2 gives the number of tags as exit code.
    command = [program, "--list-tags"]
    output = subprocess.run(command, check=False, capture_output=True, text=True).stdout
    lines = [line for line in output.splitlines() if re.match(r"\s+\d+\s+\[", line)]
    tags = {tag for line in lines for tag in TAG.findall(line)}
    if not tags:
        raise ValueError(f"{program} --list-tags prints no tags")
    return tags


def listed_rules(text):
    return {line for line in text.split("\n") if line and not line.startswith("#")}


def check(root, programs):
    listed = listed_rules((root / "tests/house/rule_ids.txt").read_text(encoding="utf-8"))
    rows = list(rows_of((root / "engine/RULES.md").read_text(encoding="utf-8")))
    tags = {}
    for program in programs:
        try:
            tags[pathlib.Path(program).name] = tags_of(program)
        except (FileNotFoundError, ValueError) as error:
            yield str(error)
    if len(tags) == len(programs):
        yield from check_agreement(listed, rows, tags)
    yield from check_rows(rows, Tree(root))


class ToyTree:
    """A tree with one function, one file and one test."""

    def has_function(self, name):
        return name in ("judge", "Pulse::act")

    def exists(self, path):
        return path == "engine/plan.cpp"

    def test_text(self, name):
        return 'TEST_CASE("x", "[Q1][Q2]")' if name in ("plan", "scenarios/toy") else None


TOY_ROWS = """| Rule | What | Source | Function | Test |
|---|---|---|---|---|
| Q1 | x | [H] | `judge` (`plan.cpp`) | plan [Q1], scenarios/toy |
| Q2-Q3 | x | [H] | `Pulse::act` | plan [Q1][Q2] (half of it) |
| W1 | of another reference | [W] | `judge` | plan |
"""


def toy_findings(rows=TOY_ROWS, tags="Q1 Q2-Q3 W1 plan supersede:4", listed="Q1 Q2 Q3"):
    """What is found in a toy reference, toy rows and a toy test, which agree unless told otherwise."""
    parsed = list(rows_of(rows))
    agreement = check_agreement(set(listed.split()), parsed, {"toy_test": set(tags.split())})
    return [*agreement, *check_rows(parsed, ToyTree())]


def toy_row(function, test):
    """The toy rows with another one for Q1."""
    first = TOY_ROWS.splitlines()[2]
    return toy_findings(TOY_ROWS.replace(first, f"| Q1 | x | [H] | {function} | {test} |"))


def self_test():
    row = "Q1: engine/RULES.md:3"
    # What must be found, and where.
    wrong = [
        ("Q4: engine/RULES.md has no row for it", toy_findings(listed="Q1 Q2 Q3 Q4")),
        ("Q4: no test has its tag [Q4]", toy_findings(listed="Q1 Q2 Q3 Q4")),
        ("Q3: engine/RULES.md has a row for it, and there is no such rule", toy_findings(listed="Q1 Q2")),
        ("Q3: no test has its tag [Q3]", toy_findings(tags="Q1 Q2")),
        ("Q9: toy_test has its tag, and there is no such rule", toy_findings(tags="Q1 Q2-Q3 Q9")),
        ("V1: toy_test has its tag, and there is no such rule", toy_findings(tags="Q1 Q2-Q3 V1")),
        (f"{row}: there is no function jury", toy_row("`jury`", "plan [Q1]")),
        (f"{row}: there is no file x.cpp", toy_row("`judge` (`x.cpp`)", "plan [Q1]")),
        (f"{row}: there is no test plans", toy_row("`judge`", "plans [Q1]")),
        (f"{row}: plan has no test with the tag [Q7]", toy_row("`judge`", "plan [Q7]")),
        (f"{row}: names no function: -", toy_row("-", "plan [Q1]")),
        (f"{row}: names no test: later", toy_row("`judge`", "later")),
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
    findings = list(check(pathlib.Path(sys.argv[1]), sys.argv[2:]))
    print("\n".join(findings) or "the rules, engine/RULES.md and the tests' tags agree")
    return 1 if findings else 0


sys.exit(main())
