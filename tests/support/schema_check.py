"""Is what `aeclient ... --json` printed what docs/schemas promises?

    schema_check.py WORD... < OUTPUT   the words of the command line behind "aeclient"; exit code 1 and a
                                       line per problem when it is not
    schema_check.py --schemas          are the schemas themselves as docs/schemas/README.md says?
    schema_check.py --self-test

Needs Debian's python3-jsonschema, so it is run by /usr/bin/python3; problems_of() starts that where the
caller is another interpreter.  The schema of `aeclient policy show` is policy-show.schema.json, or
policy.schema.json; enroll, retrieve and renew print what pulse prints.
"""
import json
import pathlib
import re
import subprocess
import sys

SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "docs/schemas"
PYTHON = "/usr/bin/python3"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
SHOWN = 5  # problems of one output
PULSES = ("enroll", "retrieve", "renew")
WORD = re.compile(r"[a-z][a-z-]*")


def words_of(command):
    """The words behind the program in `command`, a whole command line; None: it is no aeclient --json."""
    for at, word in enumerate(map(str, command)):
        if pathlib.PureWindowsPath(word).name in ("aeclient", "aeclient.exe"):
            if "-c" in map(str, command[:at]):
                return None  # a script around it prints what it likes
            words = [str(one) for one in command[at + 1:]]
            return words if "--json" in words else None
    return None


def schema_of(words, folder=SCHEMAS):
    """Path of the schema of a command line; None: there is none."""
    names = []
    for word in words:
        if not WORD.fullmatch(word):
            break
        names.append(word)
    if not names:
        return None
    command = "pulse" if names[0] in PULSES else names[0]
    for name in ("-".join([command, *names[1:2]]), command):
        path = folder / f"{name}.schema.json"
        if path.is_file():
            return path
    return None


def read_json(text):
    """Like json.loads, and no member twice, no NaN."""
    def members(pairs):
        names = [name for name, _ in pairs]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"a member stands there twice: {', '.join(sorted(twice))}")
        return dict(pairs)

    def no_number(name):
        raise ValueError(f"{name} is no JSON")
    return json.loads(text, object_pairs_hook=members, parse_constant=no_number)


def validator_of(path):
    import jsonschema
    store = {one.resolve().as_uri(): json.loads(one.read_text(encoding="utf-8"))
             for one in path.parent.glob("*.schema.json")}
    uri = path.resolve().as_uri()
    resolver = jsonschema.RefResolver(uri, store[uri], store=store)
    return jsonschema.Draft202012Validator(store[uri], resolver=resolver)


def check_output(words, text, folder=SCHEMAS):
    """Problems with what `aeclient WORDS` printed."""
    path = schema_of(words, folder)
    if path is None:
        return [f"no schema in docs/schemas is for: aeclient {' '.join(words)}"]
    problems = []
    if not text.isascii():
        odd = next(one for one in text if not one.isascii())
        problems.append(f"the JSON has U+{ord(odd):04X} in it: it is ASCII only, the rest as \\u escapes")
    if not text.endswith("\n") or text.endswith("\n\n"):
        problems.append("the JSON does not end with one newline")
    try:
        value = read_json(text)
    except ValueError as error:
        return [*problems, f"this is not one JSON value: {error}"]
    errors = sorted(validator_of(path).iter_errors(value), key=lambda error: list(map(str, error.path)))
    for error in errors[:SHOWN]:
        problems.append(f"{path.name}: {error.json_path}: {error.message[:300]}")
    return problems


def problems_of(command, text):
    """Problems with the output of a whole command line; [] where it is none of ours with --json."""
    words = words_of(command)
    if words is None:
        return []
    result = subprocess.run([PYTHON, "-B", __file__, *words], input=text, capture_output=True, text=True,
                            check=False)
    if result.returncode not in (0, 1):
        return [f"the schemas cannot be checked: {result.stderr.strip()}"]
    return result.stdout.splitlines() if result.returncode else []


def objects_of(schema, where="$"):
    """(where, part) of each object in a schema that has members."""
    if isinstance(schema, dict):
        if "properties" in schema and isinstance(schema["properties"], dict):
            yield where, schema
        for name, value in schema.items():
            yield from objects_of(value, f"{where}.{name}")
    elif isinstance(schema, list):
        for index, value in enumerate(schema):
            yield from objects_of(value, f"{where}[{index}]")


def check_schema(schema):
    import jsonschema
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.SchemaError as error:
        yield f"no schema: {error.message}"
        return
    if schema.get("$schema") != DIALECT:
        yield f"$schema is not {DIALECT}"
    for word in ("title", "description"):
        if not schema.get(word):
            yield f"has no {word}"
    for where, part in objects_of(schema):
        if part.get("additionalProperties") is not False and part.get("unevaluatedProperties") is not False:
            yield f"{where}: additionalProperties is not false"
        for name, member in part["properties"].items():
            if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
                yield f"{where}: {name} is not snake_case"
            if not isinstance(member, dict) or not member.get("description"):
                yield f"{where}: {name} has no description"
            elif not {"type", "$ref", "enum", "const", "anyOf", "oneOf"} & set(member):
                yield f"{where}: {name} may be anything"
        for name in part.get("required", []):
            if name not in part["properties"]:
                yield f"{where}: {name} is required and not described"


def references_of(schema):
    if isinstance(schema, dict):
        for name, value in schema.items():
            if name == "$ref" and isinstance(value, str):
                yield value
            else:
                yield from references_of(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from references_of(value)


def check_schemas(folder=SCHEMAS):
    import jsonschema
    paths = sorted(folder.glob("*.schema.json"))
    if not paths:
        yield f"{folder} has no schemas"
    for path in paths:
        try:
            schema = read_json(path.read_text(encoding="utf-8"))
        except ValueError as error:
            yield f"{path.name}: {error}"
            continue
        yield from (f"{path.name}: {problem}" for problem in check_schema(schema))
        resolver = validator_of(path).resolver
        for reference in references_of(schema):
            try:
                resolver.resolve(reference)
            except jsonschema.RefResolutionError:
                yield f"{path.name}: {reference} leads nowhere"


def toy(**changes):
    schema = {"$schema": DIALECT, "title": "t", "description": "d", "type": "object",
              "additionalProperties": False, "required": ["size"],
              "properties": {"size": {"type": "integer", "description": "How big."}}}
    schema.update(changes)
    return {name: value for name, value in schema.items() if value is not None}


def self_test():
    import tempfile
    failed = []

    def expect(what, problems, wanted):
        found = list(problems)
        if (wanted is None and found) or (wanted and not any(wanted in one for one in found)):
            failed.append(f"{what}: wanted {wanted or 'nothing'}, found {found}")

    size = {"type": "integer", "description": "How big."}
    for what, schema, wanted in (
            ("a right one", toy(), None),
            ("of another dialect", toy(**{"$schema": "http://json-schema.org/draft-07/schema#"}), "$schema"),
            ("without a title", toy(title=None), "no title"),
            ("an open object", toy(additionalProperties=None), "additionalProperties"),
            ("a hidden open object", toy(properties={"size": {**size, "items": {"properties": {}}}}),
             "$.properties.size.items: additionalProperties"),
            ("no description", toy(properties={"size": {"type": "integer"}}), "no description"),
            ("anything", toy(properties={"size": {"description": "x"}}), "may be anything"),
            ("another case", toy(properties={"size": size, "howBig": size}), "howBig is not snake_case"),
            ("required and absent", toy(required=["size", "weight"]), "weight is required"),
            ("no schema at all", toy(type="thing"), "no schema")):
        expect(what, check_schema(schema), wanted)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        expect("an empty folder", check_schemas(folder), "has no schemas")
        for command, schema in {
                "show": toy(), "policy": toy(required=[]), "policy-show": toy(), "pulse": toy(),
                "far": toy(properties={"size": {"$ref": "show.schema.json#/properties/size",
                                                "description": "As there."}}),
                "lost": toy(properties={"size": {"$ref": "gone.schema.json", "description": "Nowhere."}}),
        }.items():
            (folder / f"{command}.schema.json").write_text(json.dumps(schema))
        expect("a reference that leads nowhere", check_schemas(folder), "lost.schema.json: gone.schema.json")
        for words, text, wanted in (
                ("show --json", '{"size": 1}\n', None),
                ("show", '{"size": "big"}\n', "$.size: 'big' is not of type 'integer'"),
                ("show", '{"size": 1, "colour": 2}\n', "'colour' was unexpected"),
                ("show", "{}\n", "'size' is a required property"),
                ("show", '{"size": 1} {}\n', "not one JSON value"),
                ("show", '{"size": NaN}\n', "NaN is no JSON"),
                ("show", '{"size": 1, "size": 2}\n', "stands there twice: size"),
                ("show", '{"size": 1}', "one newline"),
                ("show", '{"size": 1}\n\n', "one newline"),
                ("show", '{"size": "\u00e4"}\n', "U+00E4"),
                ("show", "", "not one JSON value"),
                ("policy show --json", "{}\n", "'size' is a required property"),
                ("policy set --json", "{}\n", None),
                ("renew 1b2c --json", '{"size": 1}\n', None),
                ("far", '{"size": "big"}\n', "is not of type"),
                ("far", '{"size": 1}\n', None),
                ("hidden", "{}\n", "no schema in docs/schemas"),
                ("--json", "{}\n", "no schema in docs/schemas")):
            expect(f"{words}: {text!r}", check_output(words.split(), text, folder), wanted)
    for command, words in (
            (["unshare", "-n", "/x/bin/aeclient", "plan", "--json"], ["plan", "--json"]),
            (["wine", "Z:\\x\\aeclient.exe", "status", "--json"], ["status", "--json"]),
            (["/x/bin/aeclient", "plan"], None), (["jq", "--json"], None)):
        if words_of(command) != words:
            failed.append(f"{command} has the words {words_of(command)}, not {words}")
    print("\n".join(failed) or "the check of schemas finds what is wrong, and nothing else")
    return 1 if failed else 0


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    if sys.argv[1:] == ["--schemas"]:
        problems = list(check_schemas())
        print("\n".join(problems) or "the schemas are as they should be")
    else:
        problems = check_output(sys.argv[1:], sys.stdin.buffer.read().decode("utf-8", "surrogateescape"))
        print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
