#!/usr/bin/env python3
"""Differential fuzzing of creation and update: one field of one object is changed at a time, both servers answer.

    fuzz.py --kind 'Pod$' --mode create|update|status --oracle-token T --token-file F [--out FILE]
    fuzz.py --mixed N [--seed S] ...   # N objects of each kind with two to five fields changed at once, chosen by the seed, all of types that decode

Everything is a dry run, except the base objects of the update mode. A line for each answer that differs, then the counts.
"""
import collections
import concurrent.futures
import json
import random
import re
import subprocess

import compare
import mutate
import objects
import schemas as schema_reader
import servers

SHARED = ("template", "jobTemplate")  # pod templates below other kinds are sampled: pods themselves have every field


def arguments():
    parser = servers.parser(__doc__)
    parser.add_argument("--kind", default=".", help="regular expression of kinds")
    parser.add_argument("--path", default=".", help="regular expression of field paths")
    parser.add_argument("--mode", default="create", choices=["create", "update", "status", "apply"])
    parser.add_argument("--mixed", type=int, default=0, help="objects of each kind with several changes, instead of one for each value")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out")
    parser.add_argument("--validation", default="Strict")
    return parser.parse_args()


def certificate_request():
    made = subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                           "-keyout", "/dev/null", "-subj", "/CN=fuzz"], capture_output=True)
    encoded = subprocess.run(["base64", "-w0"], input=made.stdout, capture_output=True)
    return encoded.stdout.decode()


class Fuzzer:
    def __init__(self, options):
        with open(options.token_file) as file:
            token = file.read().strip()
        self.oracle = servers.Server("oracle", options.oracle_port, options.oracle_token)
        self.skiff = servers.Server("skiff", options.port, token)
        self.schemas = schema_reader.Schemas(self.oracle)
        self.options = options
        self.counts, self.found = collections.Counter(), []

    def both(self, *request, **more):
        return self.oracle.request(*request, **more), self.skiff.request(*request, **more)

    def prepare(self, url, base):
        for server in (self.oracle, self.skiff):
            server.request("POST", "/api/v1/namespaces", {"metadata": {"name": "fuzzing"}})
            server.request("POST", "/api/v1/namespaces/fuzzing/serviceaccounts", {"metadata": {"name": "default"}})
            if self.options.mode not in ("create", "apply"):
                self.remove(server, url, base)
                answer = server.request("POST", url, base)
                if answer[0] >= 300:
                    print("## %s %s: no base object: %s" % (server.name, base["kind"], compare.short(answer[1])))

    def remove(self, server, url, base):
        """also with finalizers, which nobody else takes away beside a bare API server"""
        item = url + "/" + base["metadata"]["name"]
        server.request("DELETE", item + "?gracePeriodSeconds=0&propagationPolicy=Background")
        server.request("PATCH", item, {"metadata": {"finalizers": None}}, content_type="application/merge-patch+json")
        if base["kind"] == "Namespace":
            found = server.request("GET", item)
            if found[0] == 200:
                found[1]["spec"]["finalizers"] = []
                server.request("PUT", item + "/finalize", found[1])

    def cases(self, base):
        schema = self.schemas.of(base)
        for path, inner in mutate.paths(self.schemas, schema, base):
            text = "/".join(map(str, path))
            if not re.search(self.options.path, text) or path[0] == "metadata" and base["kind"] not in ("Pod", "ConfigMap"):
                continue
            if (path[0] == "status") != (self.options.mode == "status"):
                continue
            if base["kind"] != "Pod" and any(p in path for p in SHARED) and hash_of(text) % 10:
                continue
            if mutate.present(base, path):
                yield text + "=ABSENT", path, mutate.ABSENT
            for value in mutate.values(self.schemas, inner):
                yield "%s=%s" % (text, compare.short(value)[:120]), path, value

    def mixed(self, base):
        """several cases as one: (names, ((path, value), ...))"""
        single = [c for c in self.cases(base) if mutate.decodes(self.schemas, self.schemas.of(base), c[1], c[2]) and c[1][0] not in ("apiVersion", "kind")]
        chance = random.Random("%s %s %d" % (base["apiVersion"], base["kind"], self.options.seed))
        for _ in range(self.options.mixed if single else 0):
            # Fields, not values, are what all have the same chance of.
            by_path = [chance.choice(single)[1] for _ in range(chance.randint(2, 5))]
            picked = [chance.choice([c for c in single if c[1] == path]) for path in sorted(set(by_path), key=str)]
            yield " & ".join(c[0] for c in picked), tuple((c[1], c[2]) for c in picked)

    def body(self, base, changes):
        schema, changed = self.schemas.of(base), base
        whole = self.options.mode in ("create", "apply")
        for path, value in changes:
            changed = mutate.with_value(self.schemas, schema, changed, path, None if value is mutate.ABSENT and not whole else value)
        return changed if whole else {path[0]: changed[path[0]] for path, _ in changes}

    def run_kind(self, url, base):
        self.prepare(url, base)
        mode = self.options.mode
        query = "?dryRun=All&fieldValidation=" + self.options.validation

        def one(case):
            name, changes = case
            try:
                body = self.body(base, changes)
            except (AttributeError, TypeError, IndexError, KeyError):
                return name, None   # one change took the place of another away
            if mode == "create":
                answers = self.both("POST", url + query, body)
            elif mode == "apply":
                target = url + "/" + base["metadata"]["name"] + query + "&fieldManager=fuzz"
                answers = self.both("PATCH", target, body, content_type="application/apply-patch+yaml")
            else:
                target = url + "/" + base["metadata"]["name"] + ("/status" if mode == "status" else "") + query
                answers = self.both("PATCH", target, body, content_type="application/merge-patch+json")
            return name, compare.difference(*answers)

        cases = list(self.mixed(base)) if self.options.mixed else [(name, ((path, value),)) for name, path, value in self.cases(base)]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for name, difference in pool.map(one, cases, chunksize=1):
                self.counts[base["kind"], difference is None] += 1
                if difference:
                    self.report("%s %s %s :: %s" % (base["apiVersion"], base["kind"], name, difference))
        if mode not in ("create", "apply"):
            for server in (self.oracle, self.skiff):
                self.remove(server, url, base)

    def report(self, line):
        self.found.append(line)
        if not self.options.out:
            print(line, flush=True)

    def finish(self):
        if self.options.out:
            with open(self.options.out, "w") as file:
                file.write("\n".join(self.found) + "\n")
        kinds = sorted({kind for kind, _ in self.counts})
        for kind in kinds:
            same, other = self.counts[kind, True], self.counts[kind, False]
            print("%-34s %6d of %6d agree" % (kind, same, same + other))
        total = sum(self.counts.values())
        print("%d of %d answers agree" % (total - len(self.found), total))


def hash_of(text):
    return sum(ord(c) * (i + 7) for i, c in enumerate(text))


def main():
    options = arguments()
    fuzzer = Fuzzer(options)
    for url, base in objects.all_objects(certificate_request()) + objects.reviews():
        if re.search(options.kind, base["kind"]):
            fuzzer.run_kind(url, base)
    fuzzer.finish()


if __name__ == "__main__":
    main()
