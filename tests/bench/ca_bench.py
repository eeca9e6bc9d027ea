"""What a visit to a CA costs: ours against clients that are not ours, and many agents at a time.
Used by bench.py, inside the lab."""
import contextlib
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
CA, ADDRESS = pathlib.Path("/run/ae-lab/ca1"), "127.0.0.3"
REQUEST, TICKETS = "/run/bench-request.der", "/run/bench-ca.cc"  # impacket knows no "FILE:"
OTHERS = (("impacket-dcom", "python3-impacket, DCOM"), ("impacket-icpr", "python3-impacket, ICertPassage"))
VISITS, THEIR_VISITS, PER_AGENT_COUNT = 40, 12, {1: 60, 4: 240, 16: 480}
DOMAIN_COMPUTERS = "S-1-5-21-1111111111-2222222222-3333333333-515"


def directory():
    """What the lab's directory says of the member and the template, for a CA that asks nobody."""
    found = must("ldbsearch", "-H", "/run/ae-lab/dc/private/sam.ldb", "(sAMAccountName=WS1$)", "objectSid")
    member = next(line.split()[1] for line in found.splitlines() if line.startswith("objectSid:"))
    return {
        "offered": ["CorpMachine"],
        "templates": [{"name": "CorpMachine", "major": 100, "minor": 1, "name_flags": 0x18000000,
                       "oid": "1.3.6.1.4.1.311.21.8.4711001.1202303.3404505.4606707.5808909.42.1.1",
                       "application_policies": ["1.3.6.1.5.5.7.3.2"], "enroll": [DOMAIN_COMPUTERS]}],
        "accounts": [{"principal": "WS1$@CORP.EXAMPLE.TEST", "sids": [member, DOMAIN_COMPUTERS],
                      "sam_name": "WS1$", "dns_host_name": "ws1.corp.example.test",
                      "domain_dns": "corp.example.test", "domain_netbios": "CORP"}],
    }


def run(*command):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True,
                          env=dict(os.environ, KRB5CCNAME=TICKETS))
    return done.returncode, done.stdout, done.stderr


def must(*command):
    code, output, errors = run(*command)
    if code != 0:
        sys.exit(f"{' '.join(map(str, command))} ended with {code}: {errors}")
    return output


def medians(output):
    """(seconds, seconds of the processor) of many visits."""
    return tuple(map(statistics.median, zip(*(map(float, line.split()) for line in output.splitlines()))))


def one_visit(driver, title, row, milliseconds):
    ours, our_processor = medians(must(driver, "once", REQUEST, VISITS))
    good = [row(f"one certificate, {title}", milliseconds(ours), "", True),
            row("  of it this client's processor time", milliseconds(our_processor), "", True)]
    for name, client in OTHERS:
        code, output, errors = run("/usr/bin/python3", HERE / "other_clients.py", name, REQUEST, THEIR_VISITS)
        if code != 0:
            reason = (errors.strip().splitlines() or ["no reason was given"])[-1]
            good.append(row(f"  {client}: {reason[:60]}", "failed", "comparable", False))
            continue
        theirs, their_processor = medians(output)
        # The bar is for the same calls: DCOM against DCOM.
        bar = "<= 0.1" if name == "impacket-dcom" else ""
        good += [row(f"  of {client}: {milliseconds(theirs)}", f"{ours / theirs:.3f}", bar,
                     not bar or ours <= theirs / 10),
                 row(f"    processor time alone: {milliseconds(their_processor)}",
                     f"{our_processor / their_processor:.3f}", "", True)]
    return good


def many_visits(driver, row):
    good = []
    for agents, count in PER_AGENT_COUNT.items():
        _, output, errors = run(driver, "many", REQUEST, agents, count)
        if not output:
            sys.exit(f"{agents} agents: {errors}")
        result = json.loads(output)
        good.append(row(f"  {agents} agents at a time", f"{count / result['seconds']:.1f}/s",
                        f"no errors: {result['errors']}", result["errors"] == 0))
    return good


def wait_until(what, condition):
    deadline = time.monotonic() + 20
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"{what} took too long")
        time.sleep(0.05)


@contextlib.contextmanager
def ca_that_asks_nobody(labca):
    """In the place of the lab's own, which is not started again: the lab is the bench's."""
    pid_file, file = CA / "labca.pid", "/run/bench-directory.json"
    pid = int(pid_file.read_text())
    os.kill(pid, signal.SIGTERM)
    wait_until("the end of the lab's CA", lambda: not pathlib.Path(f"/proc/{pid}").exists())
    pid_file.unlink(missing_ok=True)
    pathlib.Path(file).write_text(json.dumps(directory()))
    ca = subprocess.Popen([labca, "serve", "--dir", CA, "--address", ADDRESS, "--keytab", f"{CA}.keytab",
                           "--static-directory", file], stdout=subprocess.DEVNULL)
    try:
        wait_until("the start of the CA", lambda: ca.poll() is not None or pid_file.exists())
        yield
    finally:
        ca.terminate()
        ca.wait()


def measure(binaries, row, milliseconds):
    """From connect to certificate, inside processes that have started and have the CA's ticket."""
    driver = binaries / "ca_agents"
    must("kinit", "-k", "-c", TICKETS, "WS1$")
    must("kvno", "-c", TICKETS, "host/ca1.corp.example.test")
    must(driver, "write", REQUEST)
    good = one_visit(driver, "CA asks its controller", row, milliseconds) + many_visits(driver, row)
    with ca_that_asks_nobody(binaries / "labca"):
        good += one_visit(driver, "CA asks nobody", row, milliseconds) + many_visits(driver, row)
    return good
