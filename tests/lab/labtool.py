"""The lab as lab tests and the demo see it: start, stop, run things inside, read what the CAs logged."""
import json
import os
import pathlib
import shlex
import subprocess
import sys

import outputs

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "support"))
import schema_check  # noqa: E402  (it stands in tests/support)

REPO = HERE.parent.parent
BIN = pathlib.Path(os.environ.get("AE_BIN", REPO / "build/linux-release/bin"))
STATE = "/var/lib/aeclient"  # inside the lab: private to it
REALM = "CORP.EXAMPLE.TEST"
MEMBER = f"WS1$@{REALM}"

POLICY_FILE = "/etc/aeclient/policy.d/10-autoenrollment.reg"
POLICY_TEXT = """Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\\Software\\Policies\\Microsoft\\Cryptography\\AutoEnrollment]
"AEPolicy"=dword:{bits:08x}
"""

# A whole policy: the machine's and the users' AEPolicy, and no jitter, which no test has time for.
SETTINGS_TEXT = """Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\\Software\\Policies\\Microsoft\\Cryptography\\AutoEnrollment]
"AEPolicy"=dword:{machine:08x}

[HKEY_CURRENT_USER\\Software\\Policies\\Microsoft\\Cryptography\\AutoEnrollment]
"AEPolicy"=dword:{user:08x}

[HKEY_CURRENT_USER\\Software\\Microsoft\\Cryptography\\AutoEnrollment]
"AEExpress"=dword:00000001

[HKEY_LOCAL_MACHINE\\Software\\Policies\\AeClient]
"JitterMinutes"=dword:00000000
{more}
"""


def check_schema(command, printed):
    """What `aeclient ... --json` prints in any lab test is what docs/schemas promises."""
    problems = schema_check.problems_of(command, printed) if printed else []
    if problems:
        raise AssertionError(f"{shlex.join(map(str, command))} printed:\n{printed}\n" + "\n".join(problems))


class Lab:
    def __init__(self, directory):
        self.directory = pathlib.Path(directory).resolve()
        self.environment = dict(os.environ, AE_LAB_DIR=str(self.directory), AE_LABCA=str(BIN / "labca"))

    def _lab(self, *arguments, **options):
        return subprocess.run([str(HERE / "lab.sh"), *arguments], env=self.environment, **options)

    def up(self):
        self._lab("up", check=True)

    def down(self):
        self._lab("down", check=True)

    def run(self, *command, check=True, text_input=None):
        """Runs a command inside the lab; standard output and error are captured as text."""
        result = self._lab("exec", *map(str, command), input=text_input or "", capture_output=True,
                           text=True)
        if str(BIN) in " ".join(map(str, command)):
            outputs.keep(command, result.stdout, result.stderr)
        check_schema(command, result.stdout)
        if check and result.returncode != 0:
            raise RuntimeError(f"{shlex.join(map(str, command))} ended with {result.returncode}:\n"
                               f"{result.stdout}{result.stderr}")
        return result

    def show(self, *command):
        """Runs a command inside the lab, all that it prints on our standard output; its exit code."""
        return self._lab("exec", *map(str, command), stderr=subprocess.STDOUT).returncode

    def start(self, *command):
        """Starts a command inside the lab in the background."""
        return subprocess.Popen([str(HERE / "lab.sh"), "exec", *map(str, command)],
                                env=self.environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def ca(self, name, *command):
        """start, stop, or a control command of the lab CA (list, approve ID, set KEY=VALUE ...)."""
        result = self._lab("ca", name, *map(str, command), capture_output=True, text=True,
                           stdin=subprocess.DEVNULL)
        if result.returncode != 0:
            raise RuntimeError(f"lab CA {name} {command}: {result.stdout}{result.stderr}")
        return result.stdout

    def reset(self):
        """A member that was never enrolled: no stores, no policy, no call in the CAs' logs."""
        outputs.keep_secrets(self)
        self.run(HERE / "reset.sh")
        for log in self.directory.glob("ca*/calls.jsonl"):
            log.write_text("")

    def set_policy(self, bits):
        self.run("sh", "-c", f"umask 022; mkdir -p /etc/aeclient/policy.d; cat > {POLICY_FILE}",
                 text_input=POLICY_TEXT.format(bits=bits))

    def set_settings(self, machine, user=0, more=""):
        self.run("sh", "-c", f"umask 022; mkdir -p /etc/aeclient/policy.d; cat > {POLICY_FILE}.new; "
                 f"mv {POLICY_FILE}.new {POLICY_FILE}",
                 text_input=SETTINGS_TEXT.format(machine=machine, user=user, more=more))

    def set_template(self, template, **attributes):
        """Replaces attributes of a template: LDAP names with '_' for '-'."""
        base = "CN=Certificate Templates,CN=Public Key Services,CN=Services,CN=Configuration,DC=corp,DC=example,DC=test"
        changes = "".join(f"replace: {name}\n{name}: {value}\n-\n" for name, value in
                          ((key.replace("_", "-"), value) for key, value in attributes.items()))
        self.run("ldbmodify", "-H", "/run/ae-lab/dc/private/sam.ldb",
                 text_input=f"dn: CN={template},{base}\nchangetype: modify\n{changes}")

    def set_enrollment_flags(self, template, flags):
        self.set_template(template, msPKI_Enrollment_Flag=flags)

    def join_group(self, group, account="WS1$", leave=False):
        self.run("samba-tool", "group", "removemembers" if leave else "addmembers", group, account,
                 "-H", "/run/ae-lab/dc/private/sam.ldb")

    def pulse(self, *options):
        """One machine pulse; returns (exit code, the JSON report, standard error)."""
        result = self.run(BIN / "aeclient", "pulse", "--foreground", "--json", *options, check=False)
        try:
            report = json.loads(result.stdout)
        except json.JSONDecodeError:
            report = None
        return result.returncode, report, result.stderr

    def ca_calls(self, method=None):
        """What crossed the wire, as the CAs saw it."""
        calls = []
        for log in sorted(self.directory.glob("ca*/calls.jsonl")):
            calls += [json.loads(line) for line in log.read_text().splitlines()]
        return [call for call in calls if method is None or call["method"] == method]

    def entries(self):
        """The entries of the machine's MY store: list of (path inside the lab, entry.json)."""
        listing = self.run("sh", "-c", f"ls -1d {STATE}/machine/my/*/ 2>/dev/null || true").stdout.split()
        paths = [path.rstrip("/") for path in listing]
        return [(path, json.loads(self.run("cat", f"{path}/entry.json").stdout)) for path in paths]

    def verify_chain(self, path):
        """openssl verify of an entry against nothing but the replicated roots; returns (ok, output)."""
        script = (f"cat {STATE}/machine/root/*.pem > /run/replicated-roots.pem && "
                  f"openssl verify -no-CAfile -no-CApath -no-CAstore -CAfile /run/replicated-roots.pem "
                  f"-untrusted {path}/chain.pem {path}/cert.pem")
        result = self.run("sh", "-c", script, check=False)
        return result.returncode == 0, result.stdout + result.stderr
