#!/usr/bin/env python3
"""./dev mutate: would the engine's tests notice a fault?

Puts one small fault at a time (mutations.py) into engine/*.cpp, builds the tests with it and runs
them.  A fault that no test notices survives, and is printed; exit code 1 when fewer than 90 of 100
are noticed.  What does not compile does not count; what hangs or crashes counts as noticed.

Works on a copy of the tree in build/mutate, which changes of the tree during a run do not reach.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import queue
import random
import re
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import time

from mutations import mutants_of

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
# In the order in which they are asked: the quick and likely ones first.
TESTS = ["engine_test", "certificate_test", "base_test", "engine_scenario_test"]
BAR = 90.0
WORKERS = 2
# Fast to build, and the same at every run: no value of a variable is left to chance.
FLAGS = "-O0 -g0 -ftrivial-auto-var-init=zero -D_GLIBCXX_ASSERTIONS"
MEMORY_LIMIT = 4 << 30
LEAST_SECONDS, TIMES_NORMAL = 20, 5  # how long a test may take before it counts as hanging


def say(text):
    print(f"mutate: {text}", file=sys.stderr, flush=True)


def run(command, cwd, **options):
    """Must succeed, or everything ends."""
    result = subprocess.run(command, cwd=cwd, text=True, errors="replace", capture_output=True, **options)
    if result.returncode != 0:
        say(f"failed: {' '.join(map(str, command))}")
        sys.exit((result.stdout + result.stderr)[-4000:])
    return result.stdout


class Scratch:
    """The copy of the tree, its unmutated build, and how to make one file and one test of it."""

    def __init__(self, repository, place, tests):
        self.tree, self.build, self.tests = place / "tree", place / "build", tests
        self.place = place
        self.headers = {}  # by the options that they are compiled with
        self._copy(repository)
        self._configure()
        say("building the tests without a fault")
        run(["ninja", f"-j{WORKERS}", *tests], self.build)
        self._read_commands()

    def _copy(self, repository):
        listed = run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], repository)
        names = {name for name in listed.split("\0") if name and (repository / name).is_file()}
        for name in names:
            source, target = repository / name, self.tree / name
            if not target.exists() or target.read_bytes() != source.read_bytes():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, target)
        for target in self.tree.rglob("*"):
            if target.is_file() and str(target.relative_to(self.tree)) not in names:
                target.unlink()

    def _configure(self):
        run(
            ["cmake", "-S", str(self.tree), "-B", str(self.build), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=None",
             f"-DCMAKE_CXX_FLAGS={FLAGS}", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON"],
            self.place,
        )  # fmt: skip

    def _read_commands(self):
        self.compile = {}
        for entry in json.loads((self.build / "compile_commands.json").read_text()):
            name = os.path.relpath(os.path.join(entry["directory"], entry["file"]), self.tree)
            self.compile[name] = shlex.split(entry["command"])
        self.link = {}
        for test in self.tests:
            last = run(["ninja", "-t", "commands", f"bin/{test}"], self.build).splitlines()[-1]
            command = shlex.split(last)
            self.link[test] = command[command.index("&&") + 1 : -2]  # : && g++ ... && :
        self.members = {test: self._linked_members(test) for test in self.tests}

    def _linked_members(self, test):
        """The objects of our libraries that the linker takes into a test."""
        command = self.link_command(test, self.place / "traced") + ["-Wl,-t,-t"]  # twice: with the members
        output = run(command, self.build).replace("(", " ").replace(")", " ")
        return set(re.findall(r"(?<![\w./])(\w+\.cpp\.o)\b", output))

    def tests_of(self, name):
        member = pathlib.Path(name).name + ".o"
        return [test for test in self.tests if member in self.members[test]]

    def prepare_headers(self, name):
        """All headers of the engine, compiled once for all files that are compiled alike."""
        flags = self._flags(name)
        if tuple(flags) not in self.headers:
            header = self.place / f"headers-{len(self.headers)}.h"
            parts = sorted(str(p.relative_to(self.tree)) for p in (self.tree / "engine").rglob("*.h"))
            header.write_text("".join(f'#include "{part}"\n' for part in parts))
            run([*flags, "-x", "c++-header", str(header), "-o", f"{header}.gch"], self.build)
            self.headers[tuple(flags)] = header
        return self.headers[tuple(flags)]

    def _flags(self, name):
        """The compiler and its options, without files and warnings.  A function that ends without
        its value is no mutant: what it returns would be chance."""
        command = self.compile[name]
        command = command[1:] if command[0].endswith("ccache") else command
        out = command.index("-o")
        command = command[:out] + command[out + 2 :]
        command = command[: command.index("-c")]
        return [part for part in command if not part.startswith("-W")] + ["-Werror=return-type"]

    def compile_command(self, name, source, target):
        header = self.prepare_headers(name)
        return [*self._flags(name), "-include", str(header), "-c", str(source), "-o", str(target)]

    def link_command(self, test, target, first=()):
        """`first`: objects that come before those of the libraries, and so replace them."""
        command = list(self.link[test])
        command[command.index("-o") + 1] = str(target)
        at = next(i for i, part in enumerate(command) if part.endswith(".o"))
        return command[:at] + [str(one) for one in first] + command[at:]


class Worker:
    """A folder of its own, in which one mutant after the other is tried."""

    def __init__(self, scratch, number, seconds):
        self.scratch, self.seconds = scratch, seconds
        self.folder = scratch.place / f"worker-{number}"
        self.folder.mkdir(exist_ok=True)

    def attempt(self, name, text):
        """"does not compile", "survives", or what noticed it."""
        source = self.folder / pathlib.Path(name).name
        source.write_text(text)
        made = self.folder / "mutant.o"
        command = self.scratch.compile_command(name, source, made)
        if subprocess.run(command, cwd=self.scratch.build, capture_output=True).returncode != 0:
            return "does not compile"
        for test in self.scratch.tests_of(name):
            program = self.folder / test
            command = self.scratch.link_command(test, program, [made]) + ["-fuse-ld=gold"]
            if subprocess.run(command, cwd=self.scratch.build, capture_output=True).returncode != 0:
                return "does not compile"
            noticed = self._run(program, self.seconds.get(test, 600))
            if noticed:
                return f"{test} {noticed}"
        return "survives"

    def _run(self, program, seconds):
        """How the test noticed; None when it passed."""
        process = subprocess.Popen(
            [str(program), "--abort"],
            cwd=self.folder,
            env={**os.environ, "TMPDIR": str(self.folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT)),
        )
        try:
            code = process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return "hangs"
        return None if code == 0 else "fails" if code > 0 else "crashes"


def time_tests(scratch):
    """How long each test may take; it must pass when nothing is wrong."""
    worker, allowed = Worker(scratch, 0, {}), {}
    for test in scratch.tests:
        program = worker.folder / test
        run(scratch.link_command(test, program) + ["-fuse-ld=gold"], scratch.build)
        start = time.monotonic()
        run([str(program)], worker.folder)
        allowed[test] = LEAST_SECONDS + TIMES_NORMAL * (time.monotonic() - start)
    return allowed


def try_all(scratch, mutants, texts, allowed):
    """{mutant: outcome}; survivors are told as they are found."""
    idle, outcomes, started = queue.SimpleQueue(), {}, time.monotonic()
    for number in range(WORKERS):
        idle.put(Worker(scratch, number, allowed))

    def attempt(mutant):
        worker = idle.get()
        try:
            return worker.attempt(mutant.path, mutant.apply(texts[mutant.path]))
        finally:
            idle.put(worker)

    pool = concurrent.futures.ThreadPoolExecutor(WORKERS)
    futures = {pool.submit(attempt, mutant): mutant for mutant in mutants}
    try:
        for future in concurrent.futures.as_completed(futures):
            mutant = futures[future]
            outcomes[mutant] = future.result()
            if outcomes[mutant] == "survives":
                say(f"survives: {mutant.describe(texts[mutant.path])}")
            if len(outcomes) % 50 == 0:
                left = (time.monotonic() - started) / len(outcomes) * (len(mutants) - len(outcomes))
                say(f"{len(outcomes)} of {len(mutants)}, about {left / 60:.0f} minutes to go")
    except KeyboardInterrupt:
        say("stopped; what was tried so far:")
    finally:
        pool.shutdown(cancel_futures=True)
    return outcomes


def place_of(mutant):
    return mutant.path, mutant.start, mutant.end, mutant.replacement


def report(outcomes, texts, listing):
    """Prints the score and the survivors; returns the score in percent."""
    counted = {mutant: how for mutant, how in outcomes.items() if how != "does not compile"}
    survivors = [mutant for mutant, how in counted.items() if how == "survives"]
    noticed = len(counted) - len(survivors)
    score = 100.0 * noticed / len(counted) if counted else 0.0
    hangs = sum(how.endswith("hangs") for how in counted.values())
    print(f"{len(outcomes)} mutants, {len(counted)} compile, {noticed} noticed ({hangs} of them hang), "
          f"{len(survivors)} survive: {score:.1f} %")  # fmt: skip
    for path in sorted({mutant.path for mutant in counted}):
        here = [mutant for mutant in counted if mutant.path == path]
        alive = sum(counted[mutant] == "survives" for mutant in here)
        print(f"  {path:<40} {len(here) - alive:>4} of {len(here):>4}")
    if listing or survivors:
        print("all of them:" if listing else "survivors:")
    for mutant in sorted(outcomes if listing else survivors, key=place_of):
        outcome = f"{outcomes[mutant]}: " if listing else ""
        print(outcome + mutant.describe(texts[mutant.path]))
    return score


def mutate(repository, place, tests, options):
    place.mkdir(parents=True, exist_ok=True)
    scratch = Scratch(repository, place, tests)
    folder = scratch.tree / "engine"
    names = options.file or sorted(str(p.relative_to(scratch.tree)) for p in folder.glob("*.cpp"))
    unknown = [name for name in names if name not in scratch.compile or not scratch.tests_of(name)]
    if unknown:
        sys.exit(f"mutate: not part of any of the tests {', '.join(tests)}: {' '.join(unknown)}")
    texts = {name: (scratch.tree / name).read_text(encoding="utf-8") for name in names}
    mutants = [mutant for name in names for mutant in mutants_of(name, texts[name])]
    if options.sample and options.sample < len(mutants):
        mutants = random.Random(options.seed).sample(mutants, options.sample)
    allowed = time_tests(scratch)
    for name in names:
        scratch.prepare_headers(name)
    if (how := Worker(scratch, 0, allowed).attempt(names[0], texts[names[0]])) != "survives":
        sys.exit(f"mutate: {names[0]} without a fault: {how}; this script is at fault")
    say(f"{len(mutants)} mutants of {len(names)} files")
    return report(try_all(scratch, mutants, texts, allowed), texts, options.list)


def main():
    parser = argparse.ArgumentParser(prog="./dev mutate", description=__doc__.split("\n\n")[0])
    parser.add_argument("--sample", type=int, metavar="N", help="only N of them, chosen by --seed")
    parser.add_argument("--seed", type=int, default=1, help="which ones (default 1)")
    parser.add_argument("--file", action="append", metavar="engine/x.cpp",
                        help="only this file (may be repeated)")  # fmt: skip
    parser.add_argument("--list", action="store_true", help="print what became of each of them")
    parser.add_argument("--place", type=pathlib.Path, default=REPOSITORY / "build" / "mutate",
                        help="the folder to work in (default build/mutate)")  # fmt: skip
    options = parser.parse_args()
    return 0 if mutate(REPOSITORY, options.place, TESTS, options) >= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
