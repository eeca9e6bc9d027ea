#!/usr/bin/env python3
"""The completion scripts in the real shells, the manual pages under mandoc, colour and progress on a
real terminal.

    shells_test.py AECLIENT TEXTS     TEXTS: the folder that aeclient_texts wrote in this build
"""
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

AECLIENT = pathlib.Path(sys.argv[1])
TEXTS = pathlib.Path(sys.argv[2])
REPOSITORY = pathlib.Path(__file__).resolve().parents[3]
SCENARIO = REPOSITORY / "tests/scenarios/first-enrollment"
PATIENCE = 60  # seconds that a shell may take to answer, on a busy machine
failures = []


def check(what, condition, seen=""):
    if not condition:
        failures.append(f"{what}\n    seen: {seen!r}")


def script(shell):
    return subprocess.run([AECLIENT, "completion", shell], capture_output=True, text=True, check=True).stdout


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, *command, **environment):
        self.process, self.descriptor = pty.fork()
        if self.process == 0:
            os.environ.update(environment)
            os.execvp(command[0], list(map(str, command)))
        self.seen = ""

    def type(self, text):
        os.write(self.descriptor, text.encode())

    def read_until(self, pattern=None):
        """All that was seen, when `pattern` stands there, the program ends or patience does."""
        end = time.monotonic() + PATIENCE
        while not (pattern and re.search(pattern, self.seen)) and time.monotonic() < end:
            if select.select([self.descriptor], [], [], 0.2)[0]:
                try:
                    octets = os.read(self.descriptor, 65536)
                except OSError:  # the program has ended
                    break
                if not octets:
                    break
                self.seen += octets.decode(errors="replace")
        return self.seen

    def close(self):
        """The program's exit code."""
        os.close(self.descriptor)
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])


# What is typed before the key is pressed, and what the line is then.
LINES = {
    "aeclient do": "doctor",
    "aeclient certs --store nt": "certs --store ntauth",
    "aeclient service run --us": "service run --user",
    "aeclient completion powers": "completion powershell",
    "aeclient policy sh": "policy show",
    "aeclient capture first-enro": "capture first-enrollment",
}
# Several fit: all of them are offered.
OFFERS = {
    "aeclient certs --store r": {"request", "root"},
    "aeclient service ": {"run", "install", "uninstall"},
    "aeclient re": {"renew", "replica", "report", "retrieve"},
}


def in_terminal(shell, command, preparation, **environment):
    """Types LINES into a shell whose aeclient() says what it was called with."""
    terminal = Terminal(*command, PS1="> ", **environment)
    terminal.type(f"cd {SCENARIO.parent}\n{preparation}\n"
                  "aeclient() { printf '%s<%s>\\n' RAN \"$*\"; }\necho REA''DY\n")
    check(f"{shell} begins", "READY" in terminal.read_until(r"READY"), terminal.seen)
    for typed, wanted in LINES.items():
        terminal.seen = ""
        terminal.type(typed + "\t\n")
        seen = terminal.read_until(r"RAN<[^>]*>")
        ran = re.search(r"RAN<([^>]*?)/?\s*>", seen)
        check(f"{shell}: {typed}<TAB>", ran and ran.group(1) == wanted, seen)
    terminal.type("exit\n")
    terminal.close()


def test_bash(folder):
    path = folder / "aeclient.bash"
    path.write_text(script("bash"))
    in_terminal("bash", ["bash", "--norc", "--noprofile", "-i"], f"source {path}", TERM="dumb")
    asked = """source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _aeclient
               printf '%s\\n' "${COMPREPLY[@]}" """

    def offered(words):
        return subprocess.run(["bash", "--norc", "-c", asked, path, *words], capture_output=True, text=True,
                              check=False).stdout.split()
    for typed, offers in OFFERS.items():
        found = {word for word in offered(typed.split(" ")) if not word.startswith("-")}
        check(f"bash: {typed!r} offers", found == offers, found)
    words = offered(["aeclient", "certs", "--store", "=", "ro"])
    check("bash: --store=ro", words == ["root"], words)


def test_zsh(folder):
    path = folder / "aeclient.zsh"
    path.write_text(script("zsh"))
    in_terminal("zsh, sourced", ["zsh", "-f", "-i"],
                f"autoload -Uz compinit; compinit -D -u; source {path}", TERM="vt100", HOME=str(folder))
    functions = folder / "functions"
    functions.mkdir()
    (functions / "_aeclient").write_text(script("zsh"))
    in_terminal("zsh, from fpath", ["zsh", "-f", "-i"],
                f"fpath=({functions} $fpath); autoload -Uz compinit; compinit -D -u", TERM="vt100",
                HOME=str(folder))


def test_fish(folder):
    path = folder / "aeclient.fish"
    path.write_text(script("fish"))
    environment = dict(os.environ, HOME=str(folder), TERM="dumb")

    def offered(typed):
        result = subprocess.run(["fish", "-N", "-c", f"source {path}; complete -C '{typed}'"], text=True,
                                capture_output=True, check=False, env=environment, cwd=SCENARIO.parent)
        return [line.split("\t")[0] for line in result.stdout.splitlines()], result.stderr
    for typed, wanted in LINES.items():
        words, complaint = offered(typed)
        check(f"fish: {typed}<TAB>", [word.rstrip("/") for word in words] == [wanted.split()[-1]] and not complaint,
              (words, complaint))
    for typed, offers in OFFERS.items():
        check(f"fish: {typed!r} offers", set(offered(typed)[0]) == offers, offered(typed))
    words, _ = offered("aeclient status -")
    check("fish: options of a command", "--json" in words and "--force" not in words, words)


def test_installed():
    for shell, path in (("bash", "bash/aeclient"), ("zsh", "zsh/_aeclient"), ("fish", "fish/aeclient.fish")):
        check(f"packages bring the script for {shell} that the program prints",
              (TEXTS / path).read_text() == script(shell))
    powershell = script("powershell")
    for opening, closing in ("{}", "()", "[]"):
        bare = re.sub(r"'(?:[^']|'')*'", "''", powershell)
        check(f"PowerShell: each {opening} has its {closing}", bare.count(opening) == bare.count(closing))


def test_manual():
    pages = sorted((TEXTS / "man1").glob("*.1"))
    help_text = subprocess.run([AECLIENT, "help"], capture_output=True, text=True, check=True).stdout
    commands = re.findall(r"(?m)^  ([a-z][a-z-]*)(?:  |$)", help_text)
    check("help lists the commands", len(commands) > 20, help_text)
    wanted = {"aeclient.1", *(f"aeclient-{command}.1" for command in commands)}
    check("there is a page for each command", {page.name for page in pages} == wanted, wanted)
    described = re.findall(r"(?m)^### `aeclient ([a-z-]+)`$", (REPOSITORY / "docs/commands.md").read_text())
    check("docs/commands.md has a paragraph for each command, in the order of help", described == commands,
          (described, commands))
    for page in pages:
        result = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", page], capture_output=True, text=True,
                                check=False)
        check(f"{page.name} is clean", result.returncode == 0, result.stdout)
    shown = subprocess.run(["mandoc", "-T", "ascii", TEXTS / "man1/aeclient-certs.1"], capture_output=True,
                           text=True, check=True).stdout
    shown = re.sub(r".\x08", "", shown)  # bold and underlined as a printer would
    check("the page of certs reads as it should", "--store STORE" in shown and "EXIT STATUS" in shown, shown)


def on_terminal(*arguments, **environment):
    terminal = Terminal(AECLIENT, *arguments, **environment)
    return terminal.read_until(), terminal.close()


def test_colour():
    plan = ["plan", "--from", SCENARIO]
    os.environ.pop("NO_COLOR", None)
    seen, code = on_terminal(*plan, TERM="xterm")
    check("a plan on a terminal has colours", "\x1b[" in seen and code == 0, seen)
    plain = subprocess.run([AECLIENT, *plan], capture_output=True, text=True, check=True).stdout
    check("and says the same without them", re.sub(r"\x1b\[[0-9;]*m", "", seen).replace("\r", "") == plain, seen)
    check("a plan that is no terminal's has none", "\x1b" not in plain, plain)
    for name, value, why in (("NO_COLOR", "1", "NO_COLOR"), ("TERM", "dumb", "a dumb terminal")):
        seen, _ = on_terminal(*plan, **{"TERM": "xterm", name: value})
        check(f"{why}: no colours", "\x1b" not in seen and seen, seen)
    os.environ.pop("NO_COLOR", None)
    seen, _ = on_terminal(*plan, "--json", TERM="xterm")
    check("JSON has none on a terminal, too", "\x1b" not in seen and seen.startswith("{"), seen)
    seen, code = on_terminal(*plan, "--quiet", TERM="xterm")
    check("quiet says nothing", seen == "" and code == 0, seen)


def test_progress(folder):
    # It ends at once: there is no keytab.  What it was at stood there nevertheless, and is wiped.
    command = ["replica", "--refresh", "--state-dir", folder, "--policy-dir", folder, "--keytab", folder / "none"]
    wiped = r"^[^\r\n]+\r +\raeclient: "
    seen, code = on_terminal(*command, TERM="xterm")
    check("long work says on a terminal what it is at, and wipes it", re.match(wiped, seen) and code == 2, seen)
    seen, _ = on_terminal(*command, TERM="dumb")
    check("a dumb terminal gets the sentence alone", seen.startswith("aeclient: "), seen)
    result = subprocess.run([AECLIENT, *command], capture_output=True, text=True, check=False)
    check("and so does a file", result.stderr.startswith("aeclient: ") and "\r" not in result.stderr, result)


def test_full_device():
    for arguments in (["plan", "--from", SCENARIO], ["--help"], ["help", "pulse"], ["--version"],
                      ["completion", "bash"], ["plan", "--from", SCENARIO, "--json"]):
        with open("/dev/full", "w") as full:
            result = subprocess.run([AECLIENT, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        check(f"{arguments} > /dev/full fails and says so",
              result.returncode == 2 and "could not be written" in result.stderr, result)


def main():
    missing = [name for name in ("bash", "zsh", "fish", "mandoc") if not shutil.which(name)]
    if missing:
        print(f"skipped: not installed: {', '.join(missing)}")
        return 77
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = pathlib.Path(name)
        test_bash(folder)
        test_zsh(folder)
        test_fish(folder)
        test_progress(folder)
    test_installed()
    test_manual()
    test_colour()
    test_full_device()
    print("\n".join(failures) or "shells, manual pages and terminal are as they should be")
    return 1 if failures else 0


sys.exit(main())
