#!/usr/bin/env python3
"""Fails on an #include that goes against the arrows of the map in README.md, and on a platform
#ifdef outside the two places that may have one.

    service -> {policy, stores, ca-client} -> engine -> engine/base
"""
import pathlib
import re
import sys

OWN = {"engine/base", "engine", "policy", "stores", "ca-client", "service"}
ALLOWED = {
    "engine/base": {"engine/base"},
    "engine": {"engine", "engine/base"},
    "policy": {"policy", "engine", "engine/base"},
    "stores": {"stores", "engine", "engine/base"},
    "ca-client": {"ca-client", "engine", "engine/base"},
    "service": OWN,
}
# engine/base may use the one foreign header that carries Result, and win32.h there the system's; the
# rest of engine nothing foreign.
FOREIGN_IN_ENGINE = {"engine/base": {"tl/expected.hpp", "winsock2.h", "windows.h"}, "engine": set()}
# What the standard library offers and the engine must still not use: it is pure.
IMPURE = {"fstream", "iostream", "filesystem", "thread", "mutex", "future", "random_device"}
# What all adapters need and the engine never includes.
FOR_ADAPTERS = "engine/base/left_thread.h"
CLOCK = re.compile(r"\b(system_clock|steady_clock)::now\b|\brandom_device\b|\bgetenv\b")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
PLATFORM = re.compile(r"^\s*#\s*if.*(_WIN32|__linux__|__unix__)")
IFDEF_ALLOWED = re.compile(r"^engine/base/|^policy/ldap_api\.h$")


def part_of(path):
    """The part of the map that a repository path belongs to; None for anything else."""
    for part in ("engine/base", "engine", "policy", "stores", "ca-client", "service"):
        if path.startswith(part + "/"):
            return part
    return None


def check_file(path, text):
    part = part_of(path)
    for number, line in enumerate(text.splitlines(), 1):
        where = f"{path}:{number}"
        if PLATFORM.match(line) and not IFDEF_ALLOWED.match(path):
            yield f"{where}: platform #ifdef outside engine/base and policy/ldap_api.h"
        if part == "engine" and CLOCK.search(line):
            yield f"{where}: the engine is pure: no clock, no environment, no randomness of its own"
        match = INCLUDE.match(line)
        if not match:
            continue
        quote, target = match.groups()
        if quote == '"':
            to = part_of(target)
            if to is None:
                yield f'{where}: "{target}" is not named from the repository root'
            elif part == "engine" and target == FOR_ADAPTERS:
                yield f"{where}: the engine has no threads"
            elif to not in ALLOWED[part]:
                yield f"{where}: {part} must not include {to}"
        elif part in FOREIGN_IN_ENGINE and target not in FOREIGN_IN_ENGINE[part]:
            if not re.fullmatch(r"[a-z_0-9]+", target) or (target in IMPURE and path != FOR_ADAPTERS):
                yield f"{where}: <{target}> is not allowed in {part}"


def check_tree(root):
    for part in ("engine", "policy", "stores", "ca-client", "service"):
        for file in sorted((root / part).rglob("*")):
            if file.suffix in (".h", ".cpp"):
                yield from check_file(str(file.relative_to(root)), file.read_text(encoding="utf-8"))


def self_test():
    wrong = {
        "engine/a.cpp": '#include "policy/reg_file.h"',
        "engine/base/a.cpp": '#include "engine/ports.h"',
        "engine/b.cpp": "#include <boost/asio.hpp>",
        "engine/c.cpp": "#include <tl/expected.hpp>",
        "engine/d.cpp": "auto now = std::chrono::system_clock::now();",
        "engine/e.cpp": "#include <unistd.h>",
        "engine/f.cpp": '#include "engine/base/left_thread.h"',
        "engine/base/b.h": "#include <thread>",
        "policy/a.cpp": '#include "stores/cert_store.h"',
        "stores/a.cpp": "#ifdef _WIN32",
        "ca-client/a.cpp": '#include "service/report.h"',
        "service/a.cpp": '#include "report.h"',
    }
    right = {
        "engine/base/result.h": "#include <tl/expected.hpp>",
        "engine/base/left_thread.h": "#include <thread>",
        "engine/pulse.cpp": '#include "engine/base/time.h"\n#include <vector>',
        "policy/ldap_api.h": "#ifdef _WIN32",
        "service/compose.cpp": '#include "stores/cert_store.h"',
    }
    missed = [path for path, text in wrong.items() if not list(check_file(path, text))]
    false = [path for path, text in right.items() if list(check_file(path, text))]
    for path in missed:
        print(f"self-test: a wrong line in {path} was not caught: {wrong[path]}")
    for path in false:
        print(f"self-test: a right line in {path} was refused: {right[path]}")
    return not missed and not false


def main():
    if sys.argv[1:] == ["--self-test"]:
        return 0 if self_test() else 1
    findings = list(check_tree(pathlib.Path(sys.argv[1])))
    print("\n".join(findings) or "all includes follow the arrows")
    return 1 if findings else 0


sys.exit(main())
