#!/usr/bin/env python3
"""MutatingAdmissionPolicies on both servers: what is said about policies and bindings, and what becomes of objects.

    mutations.py --token-file F [--only REGEX] [-v]

Both servers need feature-gates=MutatingAdmissionPolicy=true and runtime-config=admissionregistration.k8s.io/v1beta1=true,
admissionregistration.k8s.io/v1alpha1=true. Each case has a policy of its own, chosen by the label `case` of the objects; the script cleans up.
"""
import copy
import re
import sys
import time

import compare
import mutation_cases as cases
import servers

GROUP = "/apis/admissionregistration.k8s.io/v1beta1/"
POLICIES, BINDINGS = GROUP + "mutatingadmissionpolicies", GROUP + "mutatingadmissionpolicybindings"
REFRESH_SECONDS = 4          # kube-apiserver looks at its policies once a second


def arguments():
    parser = servers.parser(__doc__)
    parser.add_argument("--only", default=".")
    parser.add_argument("-v", action="store_true", help="print what was compared")
    return parser.parse_args()


class Comparison:
    def __init__(self, options):
        with open(options.token_file) as file:
            token = file.read().strip()
        self.servers = (servers.Server("oracle", options.oracle_port, options.oracle_token), servers.Server("skiff", options.port, token))
        self.options, self.same, self.all = options, 0, 0

    def both(self, method, path, body=None, **more):
        return [server.request(method, path, copy.deepcopy(body), **more) for server in self.servers]

    def check(self, name, method, path, body=None, **more):
        answers = [a[:3] for a in self.both(method, path, body, **more)]
        self.all += 1
        found = compare.difference(*answers)
        self.same += not found
        if self.options.v:
            status, got = answers[0][:2]
            print("  %s: %s %s" % (name, status, (got.get("message") or compare.short(got.get("spec") or got.get("data"))) if isinstance(got, dict) else got[:200]))
        if found:
            print("%s: %s %s: %s" % (name, method, path, found))


def selected(name, policy):
    policy = copy.deepcopy(policy)
    constraints = policy["spec"].get("matchConstraints")
    if constraints and "objectSelector" not in constraints:
        constraints["objectSelector"] = {"matchLabels": {"case": name}}
    return policy


def labelled(name, target):
    target = copy.deepcopy(target)
    target.setdefault("metadata", {}).setdefault("labels", {})["case"] = name
    return target


def run_policies(comparison, wanted):
    """Policies and bindings that are refused, or not: dry runs."""
    for name, policy in cases.POLICIES.items():
        if wanted(name):
            comparison.check("policy " + name, "POST", POLICIES + "?dryRun=All", policy)
    for name, binding in cases.BINDINGS.items():
        if wanted(name):
            comparison.check("binding " + name, "POST", BINDINGS + "?dryRun=All", binding)
    for name, method, path, body, headers in cases.PROTOCOL:
        if wanted(name):
            comparison.check(name, method, path, body, headers=headers)


def set_up(comparison, wanted):
    made = []
    for path, body in cases.BEFORE:
        comparison.both("POST", path, body)
        made.append(path + "/" + body["metadata"]["name"])
    time.sleep(1)
    for path, body in cases.BEFORE_CUSTOM:
        comparison.both("POST", path, body)
    for name, case in cases.CASES.items():
        if not wanted(name):
            continue
        for part, (policy, binding) in enumerate(case["policies"]):
            full = "%s-%d" % (name, part)
            for path, body in ((POLICIES, selected(name, cases.policy(full, **policy))), (BINDINGS, cases.binding(full, **binding))):
                comparison.check("make " + full, "POST", path, body)
                made.append(path + "/" + full)
    return made


def run_cases(comparison, wanted):
    for name, case in cases.CASES.items():
        if not wanted(name):
            continue
        for step in case["requests"]:
            method, path, body = step[:3]
            comparison.check(name, method, path, labelled(name, body) if isinstance(body, dict) and method != "DELETE" and "kind" in body else body, **(step[3] if len(step) > 3 else {}))


def main():
    options = arguments()
    comparison = Comparison(options)
    wanted = lambda name: re.search(options.only, name)
    run_policies(comparison, wanted)
    made = []
    try:
        made = set_up(comparison, wanted)
        time.sleep(REFRESH_SECONDS)
        run_cases(comparison, wanted)
    finally:
        for path in reversed(made):
            comparison.both("DELETE", path)
    print("%d of %d agree" % (comparison.same, comparison.all))
    return comparison.same != comparison.all


if __name__ == "__main__":
    sys.exit(main())
