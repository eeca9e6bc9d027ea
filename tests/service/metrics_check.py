#!/usr/bin/python3
"""Reads the agent's metrics with both parsers of Prometheus' own client library.

usage: metrics_check.py PROGRAM     a program that prints tests/service/metrics_sample.h as metrics
"""
import subprocess
import sys

from prometheus_client import parser as prometheus
from prometheus_client.openmetrics import parser as open_metrics

CA = "ca1.corp.example.test\\Corp Issuing CA 1"
EXPECTED = {  # of names and labels that need escaping, and of what appears once
    ("aeclient_enrolled_total", "template"): {
        "CorpMachine": 2, "Übung": 4294967296, "a\\x0ab\\x0d# EOF\\x0a\\xff": 1},
    ("aeclient_ca_failures_total", "ca"): {CA: 3},
    ("aeclient_runs_total", "outcome"): {
        "done": 41, "unreachable": 3, "failed": 0, "disabled": 0, "stopped": 0, "crashed": 0},
    ("aeclient_certificate_not_after_timestamp_seconds", "template"): {
        "CorpMachine": 1810987200, 'Corp "Web" \\ Server': 1810987200},
    ("aeclient_pending_request_submitted_timestamp_seconds", "request_id"): {
        "12": 1795176000, "unknown": 1795089600},
}


def samples_of(families):
    return sorted((sample.name, tuple(sorted(sample.labels.items())), sample.value)
                  for family in families for sample in family.samples)


def main():
    raw = subprocess.run([sys.argv[1]], check=True, capture_output=True).stdout
    text = raw.decode("utf-8")
    strict = list(open_metrics.text_string_to_metric_families(text))
    older = samples_of(prometheus.text_string_to_metric_families(text))
    samples = samples_of(strict)
    assert samples == older, "the two formats read different samples"

    for family in strict:
        assert family.name.startswith("aeclient_"), family.name
        assert family.documentation, f"{family.name} has no HELP"
        totals = [sample for sample in family.samples if sample.name.endswith("_total")]
        assert family.type == ("counter" if totals else "gauge"), family.name
        for sample in family.samples:
            assert sample.labels["context"] == "machine", sample
            assert sample.timestamp is None, sample

    for (name, label), values in EXPECTED.items():
        found = {dict(labels)[label]: value for sample, labels, value in samples if sample == name}
        assert found == values, f"{name}: {found} instead of {values}"
    print(f"{len(strict)} metrics, {len(samples)} samples, the same in both formats")


main()
