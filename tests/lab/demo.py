#!/usr/bin/env python3
"""The main job, shown: a domain member goes from nothing to an issued certificate.

A real Active Directory, real Kerberos, real LDAP and a certification authority over real DCOM, all in a
private lab; with --windows the member is the Windows build under Wine.  Exit code 0 only if everything
that is printed as true was seen.
"""
import argparse
import json
import sys

from labtool import BIN, MEMBER, REPO, Lab
from windows_member import WindowsMember

AUTH_LEVEL_PRIVACY = 6  # [MS-RPCE] 2.2.1.1.8


def heading(text):
    print(f"\n== {text}", flush=True)


class LinuxMember:
    """What the demo needs of the member, whichever platform it is on; windows_member.py has the other."""

    pulse_words = "aeclient pulse --foreground"

    def __init__(self, lab):
        self.lab = lab
        self.pulse, self.entries, self.verify_chain = lab.pulse, lab.entries, lab.verify_chain
        self.set_policy = lab.set_policy

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def show_pulse(self):
        return self.lab.show(BIN / "aeclient", "pulse", "--foreground")

    def certificate_text(self, path):
        return self.lab.run("openssl", "x509", "-in", f"{path}/cert.pem", "-noout", "-subject", "-issuer",
                            "-dates", "-ext", "subjectAltName").stdout

    @staticmethod
    def reported_path(place):
        return f"{place}/cert.pem"


def problems_of(member, entries, second, calls, chains):
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
    if len(member.entries()) != len(entries):
        yield "the second pulse changed the store"


def event_problems(report):
    """The sequence of an administrator's event log, with one 19 per certificate in it."""
    ids = [(event["source"], event["id"]) for event in report["events"]]
    ae, csc, ce = "AutoEnrollment", "CertificateServicesClient", "CertEnroll"
    begin = [(ae, 2), (ae, 4), (csc, 1), (csc, 3), (ce, 65), (ce, 64)]
    end = [(ae, 5), (ae, 3), (csc, 2)]
    if ids[:6] != begin or ids[-3:] != end or ids.count((ce, 19)) != len(report["enrolled"]):
        yield f"the events are {ids}"


def gather(lab, member):
    """What the first pulse left: entries, their chains, and what the CAs saw."""
    entries = member.entries()
    chains = {place: member.verify_chain(place) for place, _ in entries}
    calls = [call for call in lab.ca_calls() if call["method"] in ("Request", "Request2")]
    return entries, chains, calls


def quiet_pulse(member):
    """The report of a pulse that must succeed."""
    code, report, errors = member.pulse()
    if code != 0 or report is None:
        raise RuntimeError(f"a later pulse ended with {code}: {errors}{report}")
    return report


def show(lab, member):
    heading(f"first pulse: {member.pulse_words} (AEPolicy 7, empty stores)")
    code = member.show_pulse()
    entries, chains, calls = gather(lab, member)
    for place, entry in entries:
        heading(f"certificate of template {entry['template']}: {place}")
        print(member.certificate_text(place), end="")
        print(chains[place][1], end="")
    heading("what the CAs saw")
    for call in calls:
        print(json.dumps(call))
    heading("second pulse")
    again = member.show_pulse()
    problems = list(problems_of(member, entries, quiet_pulse(member), calls, chains))
    if code != 0 or again != 0:
        problems.append(f"the pulses ended with {code} and {again}")
    heading("result")
    print("\n".join(problems) or f"enrolled: {len(entries)}; each verified, and left alone by the second pulse")
    return not problems


def show_json(lab, member):
    code, first, errors = member.pulse()
    if first is None:
        raise RuntimeError(f"the first pulse ended with {code}: {errors}")
    entries, chains, calls = gather(lab, member)
    second = quiet_pulse(member)
    problems = list(problems_of(member, entries, second, calls, chains))
    if code != 0 or sorted(
            entry["path"] for entry in first["enrolled"]) != sorted(map(member.reported_path, chains)):
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
    parser.add_argument("--windows", action="store_true", help="the member is the Windows build under Wine")
    options = parser.parse_args()
    lab = Lab(REPO / "build/demo-lab")
    try:
        lab.up()
        lab.reset()
        with WindowsMember(lab) if options.windows else LinuxMember(lab) as member:
            if options.windows:
                member.offer_what_wine_can()
            member.set_policy(7)
            good = show_json(lab, member) if options.json else show(lab, member)
    finally:
        lab.down()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
