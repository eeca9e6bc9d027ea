"""A service host inside the lab, of the machine or of a user, and what happens to it from outside."""
import json
import pathlib
import subprocess
import time

from labtool import BIN, HERE, STATE

ALICE = "alice"
ALICE_UID = 1000
ALICE_HOME = "/run/ae-alice"
ALICE_PASSWORD = "Lab-Passw0rd!"
BUS = "/run/ae-bus"
BUS_ADDRESS = f"unix:path={BUS}/socket"
BUS_CONFIG = f"""<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>{BUS_ADDRESS}</listen>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/>
<allow receive_sender="*"/></policy></busconfig>
"""


class Bus:
    """A message bus with a logind and a desktop that a test steers."""

    def __init__(self, lab):
        lab.run("sh", "-c", f"rm -rf {BUS}; mkdir -m 755 {BUS}; cat > {BUS}/conf", text_input=BUS_CONFIG)
        self.daemon = lab.start("dbus-daemon", f"--config-file={BUS}/conf", "--nofork", "--nopidfile",
                                "--print-address=1")
        self.daemon.stdout.readline()
        self.mock = subprocess.Popen(
            [str(HERE / "lab.sh"), "exec", "env", f"DBUS_SESSION_BUS_ADDRESS={BUS_ADDRESS}", "/usr/bin/python3", "-B",
             str(HERE.parent / "service/host/mock_bus.py")],
            env=lab.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.said = []
        self.hear("ready")
        self.tell("own org.freedesktop.login1")
        self.tell("own org.freedesktop.Notifications")

    def tell(self, command):
        self.mock.stdin.write(command + "\n")
        self.mock.stdin.flush()
        self.hear("done")

    def hear(self, beginning):
        """What was said until a line that begins so, which is returned."""
        while True:
            line = self.mock.stdout.readline()
            if not line:
                raise RuntimeError("the mock of the bus ended")
            if line.startswith(beginning):
                return line.rstrip("\n")
            self.said.append(line.rstrip("\n"))

    def close(self):
        self.mock.stdin.close()
        self.mock.wait(10)
        self.mock.stdout.close()
        self.daemon.terminate()
        self.daemon.wait(10)
        self.daemon.stdout.close()


class Host:
    def __init__(self, lab, account=None, tickets=True, bus=None, program=BIN / "aeclient"):
        self.lab = lab
        self.machine = account is None
        self.bus = bus
        self.sessions = 0
        self.pid_file = "/run/ae-host.pid"
        lab.run("rm", "-f", self.pid_file)
        self.prefix = [] if self.machine else self._account(tickets)
        self.program = str(program)
        words = ["service", "run"] + ([] if self.machine else ["--user"])
        lab.run("sh", "-c", f": > {self.pid_file}; chmod 666 {self.pid_file}")
        self.process = lab.start(*self.prefix, "sh", "-c", f"echo $$ > {self.pid_file}; exec {self.program} "
                                 + " ".join(words))
        self.wait_until(lambda: lab.run("cat", self.pid_file).stdout.strip(), "the service starts")
        self.pid = lab.run("cat", self.pid_file).stdout.strip()

    def _account(self, tickets):
        lab = self.lab
        lab.run("sh", "-c", f"rm -rf {ALICE_HOME}; mkdir -m 700 {ALICE_HOME}; chown {ALICE_UID}:{ALICE_UID} {ALICE_HOME}")
        prefix = ["setpriv", "--reuid", ALICE_UID, "--regid", ALICE_UID, "--clear-groups", "env", f"HOME={ALICE_HOME}",
                  f"XDG_RUNTIME_DIR={ALICE_HOME}", f"KRB5CCNAME=FILE:{ALICE_HOME}/tickets",
                  f"DBUS_SYSTEM_BUS_ADDRESS={BUS_ADDRESS}", f"DBUS_SESSION_BUS_ADDRESS={BUS_ADDRESS}"]
        if tickets:
            lab.run(*prefix, "kinit", f"{ALICE}@CORP.EXAMPLE.TEST", text_input=ALICE_PASSWORD + "\n")
        return prefix

    def aeclient(self, *words):
        scope = [] if self.machine or "--user" in words else ["--user"]
        return self.lab.run(*self.prefix, self.program, *words, *scope, check=False)

    def start(self, *words):
        process = subprocess.Popen([str(HERE / "lab.sh"), "exec", *map(str, self.prefix), self.program, *words],
                                   env=self.lab.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        return process

    def status(self):
        return json.loads(self.aeclient("status", "--json").stdout)

    def last(self):
        return self.status()["last_run"]

    def wait_until(self, what, name, seconds=30):
        deadline = time.monotonic() + seconds
        while not what():
            if time.monotonic() > deadline:
                raise RuntimeError(f"not within {seconds} s: {name}")
            time.sleep(0.05)

    def wait_for_run(self, trigger, seconds=30):
        """Until a run with this trigger has ended and no other is under way."""
        def ended():
            status = self.status()
            return (status["service"]["state"] == "idle" and status["last_run"]
                    and status["last_run"]["trigger"] == trigger)
        self.wait_until(ended, f"a run by {trigger}", seconds)

    def worker(self):
        """The process of the run that goes on, or None."""
        found = self.lab.run("pgrep", "-P", self.pid, check=False).stdout.split()
        return found[0] if found else None

    def request_entries(self):
        return self.lab.run("sh", "-c", f"ls -A {STATE}/machine/request 2>/dev/null || true").stdout.split()

    def log_on(self, uid=ALICE_UID, session_class="user"):
        self.sessions += 1
        self.bus.tell(f"session s{self.sessions} {uid} {session_class} tty local login")

    def unlock(self):
        self.bus.tell(f"lock s{self.sessions}")

    def stop(self):
        """Asks it to stop; its exit code."""
        self.lab.run("kill", "-TERM", self.pid, check=False)
        code = self.process.wait(30)
        self.process.stdout.close()
        return code

    def kill(self):
        if self.process.poll() is None:
            self.lab.run("kill", "-KILL", self.pid, check=False)
            self.process.wait(10)
        if not self.process.stdout.closed:
            self.process.stdout.close()
