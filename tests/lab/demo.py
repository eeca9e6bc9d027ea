#!/usr/bin/env python3
"""The main job, shown: a domain member goes from nothing to an issued certificate.

A real Active Directory, real Kerberos, real LDAP and a certification authority over real DCOM, all in a
private lab.  Exit code 0 only if everything that is printed as true was seen.
"""
import argparse
import json
import sys

from labtool import BIN, MEMBER, REPO, Lab

AUTH_LEVEL_PRIVACY = 6  # [MS-RPCE] 2.2.1.1.8


def heading(text):
    print(f"\n== {text}", flush=True)


def problems_of(lab, entries, second, calls, chains):
    """What is not as it must be; empty when the demo holds."""
    if not entries:
        yield "nothing was enrolled"
    for path, (verified, output) in chains.items():
        if not verified:
            yield f"openssl does not verify {path}: {output.strip()}"
    issued = [call for call in calls if call["disposition"] == 3]
    if len(issued) != len(entries):
        yield f"{len(entries)} certificates are in the store, the CAs issued {len(issued)}"
    for call in issued:
        if call["principal"] != MEMBER or call["auth_level"] != AUTH_LEVEL_PRIVACY:
            yield f"the CA saw {call['principal']} at level {call['auth_level']}"
        if call["header_signing"] is not True:
            yield "the CA saw a request without header signing"
    if second["enrolled"] or second["failures"]:
        yield "the second pulse was not quiet"
    held = {decision["template"] for decision in second["decisions"] if decision["verdict"] == "held"}
    if held != {entry["template"] for _, entry in entries}:
        yield f"the second pulse holds {held}, not what the first enrolled"
    if len(lab.entries()) != len(entries):
        yield "the second pulse changed the store"


def event_problems(report):
    """The sequence of an administrator's event log, with one 19 per certificate in it."""
    ids = [(event["source"], event["id"]) for event in report["events"]]
    ae, csc, ce = "AutoEnrollment", "CertificateServicesClient", "CertEnroll"
    begin = [(ae, 2), (ae, 4), (csc, 1), (csc, 3), (ce, 65), (ce, 64)]
    end = [(ae, 5), (ae, 3), (csc, 2)]
    if ids[:6] != begin or ids[-3:] != end or ids.count((ce, 19)) != len(report["enrolled"]):
        yield f"the events are {ids}"


def gather(lab):
    """What the first pulse left: entries, their chains, and what the CAs saw."""
    entries = lab.entries()
    chains = {path: lab.verify_chain(path) for path, _ in entries}
    calls = [call for call in lab.ca_calls() if call["method"] in ("Request", "Request2")]
    return entries, chains, calls


def quiet_pulse(lab):
    """The report of a pulse that must succeed."""
    code, report, errors = lab.pulse()
    if code != 0 or report is None:
        raise RuntimeError(f"a later pulse ended with {code}: {errors}{report}")
    return report


def show(lab):
    heading("first pulse: aeclient pulse --foreground (AEPolicy 7, empty stores)")
    code = lab.show(BIN / "aeclient", "pulse", "--foreground")
    entries, chains, calls = gather(lab)
    for path, entry in entries:
        heading(f"certificate of template {entry['template']}: {path}")
        print(lab.run("openssl", "x509", "-in", f"{path}/cert.pem", "-noout", "-subject", "-issuer",
                      "-dates", "-ext", "subjectAltName").stdout, end="")
        print(chains[path][1], end="")
    heading("what the CAs saw")
    for call in calls:
        print(json.dumps(call))
    heading("second pulse")
    again = lab.show(BIN / "aeclient", "pulse", "--foreground")
    problems = list(problems_of(lab, entries, quiet_pulse(lab), calls, chains))
    if code != 0 or again != 0:
        problems.append(f"the pulses ended with {code} and {again}")
    heading("result")
    print("\n".join(problems) or f"{len(entries)} certificates enrolled, verified, and left alone by the second pulse")
    return not problems


def show_json(lab):
    code, first, errors = lab.pulse()
    if first is None:
        raise RuntimeError(f"the first pulse ended with {code}: {errors}")
    entries, chains, calls = gather(lab)
    second = quiet_pulse(lab)
    problems = list(problems_of(lab, entries, second, calls, chains))
    if code != 0 or sorted(
            entry["path"] for entry in first["enrolled"]) != sorted(f"{path}/cert.pem" for path in chains):
        problems.append("the first pulse's report does not agree with the store")
    problems += event_problems(first)
    print(json.dumps({
        "enrolled": first["enrolled"],
        "decisions": first["decisions"],
        "events": first["events"],
        "chain_verified": bool(chains) and all(ok for ok, _ in chains.values()),
        "ca_log": calls,
        "second_pulse": {"enrolled": second["enrolled"], "decisions": second["decisions"]},
        "problems": problems,
    }, indent=2))
    return not problems


def main():
    parser = argparse.ArgumentParser(prog="./dev demo", description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    lab = Lab(REPO / "build/demo-lab")
    try:
        lab.up()
        lab.reset()
        lab.set_policy(7)
        good = show_json(lab) if options.json else show(lab)
    finally:
        lab.down()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
