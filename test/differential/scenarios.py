#!/usr/bin/env python3
"""Short stories of requests, told to both servers; each answer is compared in full.

    scenarios.py --token-file F [--oracle-token T] [--only REGEX] [--folder optional_cases|settled_cases] [--verbose]

A file in cases/ defines `stories()`, which yields (name, steps), and may `prepare` both servers; cases/words.py has the words for steps. Each story has a
namespace {ns} and a word {id} of its own, the same on both servers. Cluster-scoped objects that it made are deleted after it.
"""
import collections
import concurrent.futures
import glob
import importlib
import json
import os
import random
import re
import sys
import time

import compare
import servers

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "cases"))
AGE = re.compile(r"^(\d+[ydhms])+( ago)?$|^<invalid>$|^<unknown>$")


def arguments():
    parser = servers.parser(__doc__)
    parser.add_argument("--only", default=".")
    parser.add_argument("--folder", default="cases", help="optional_cases and settled_cases need more on both sides, which their files name")
    parser.add_argument("--verbose", action="store_true", help="both answers of each step that differs")
    return parser.parse_args()


def filled(node, variables):
    if isinstance(node, bytes):  # names inside keep their length
        return node.replace(b"{id}", str(variables["id"])[:4].encode())
    if isinstance(node, str):
        return re.sub(r"\{(\w+)\}", lambda m: str(variables.get(m.group(1), m.group())), node)
    if isinstance(node, list):
        return [filled(x, variables) for x in node]
    if isinstance(node, dict):
        return {filled(k, variables): filled(v, variables) for k, v in node.items()}
    return node


def found_at(body, path):
    for part in path.split("."):
        if isinstance(body, list) and part.isdigit():
            body = body[int(part)] if int(part) < len(body) else None
        else:
            body = body.get(part) if isinstance(body, dict) else None
    return body


def parsed(answer):
    """watches are lines of JSON; ages of tables are masked"""
    status, body, warnings, headers = answer
    if isinstance(body, str):
        body = re.sub(r"(resourceVersion: \")\d+", r"\1N", body)
    if isinstance(body, str) and body.startswith("{"):
        try:
            body = [json.loads(line) for line in body.splitlines() if line.strip()]
        except ValueError:
            pass
    return [status, without_ages(body), warnings, headers]


def without_ages(node, key=""):
    if isinstance(node, dict):
        return {k: "token" if k == "continue" and v else without_ages(v, k) for k, v in node.items()}
    if isinstance(node, list):
        return [without_ages(x, key) for x in node]
    if key == "cells" and isinstance(node, str):
        node = re.sub(r"^10\.43\.\d+\.\d+$", "ip", re.sub(r":3[0-2]\d{3}/(?=[A-Z])", ":nodePort/", node))
        return "age" if AGE.match(node) else node
    if isinstance(node, str):
        node = re.sub(r"\beyJ[\w-]+\.[\w-]+\.[\w-]+", "JWT", node)
        node = re.sub(r"(resource version: \d+, current: |too old resource version: )\d+( \(\d+)?", r"\1N", node)
        node = re.sub(r"(recondition: |precondition \(|meta: |record \()\d+(?![\da-f-])", r"\1N", node)
        node = re.sub(r"(valid IPs is )[0-9a-f.:/]+", r"\1range", node)
        node = re.sub(r"\n\s*[\w.]*[a-z]\w*\.[A-Z]\w+\{[\s\S]*", " difference", node)
    return node


class Teller:
    def __init__(self, server, variables):
        self.server, self.variables, self.made = server, dict(variables), []

    def begin(self, labels):
        self.server.request("POST", "/api/v1/namespaces", {"metadata": {"name": self.variables["ns"], "labels": labels}})
        self.server.request("POST", "/api/v1/namespaces/%s/serviceaccounts" % self.variables["ns"], {"metadata": {"name": "default"}})

    def tell(self, step):
        method, path, body, more = step
        path, body = filled(path, self.variables), filled(body, self.variables)
        sent = {"Impersonate-User": None, "Impersonate-Group": None}
        sent.update(filled(more.get("headers", {}), self.variables))
        end = time.time() + more.get("until_seconds", 5)
        while True:
            answer = parsed(self.server.request(method, path, body, content_type=more.get("type", "application/json"), headers=sent))
            if "until" not in more or more["until"](answer) or time.time() > end:
                break
            time.sleep(0.1)
        for name, where in more.get("capture", {}).items():
            self.variables[name] = found_at(answer[1], where)
        if "dryRun=" not in path:
            self.remember(method, path.split("?")[0], answer)
        return answer

    def remember(self, method, path, answer):
        if answer[0] != 201 or "/namespaces/" in path or not isinstance(answer[1], dict):
            return
        name = (answer[1].get("metadata") or {}).get("name")
        if name:
            self.made.append(path + "/" + name if method == "POST" else path)

    def end(self):
        for path in reversed(self.made):
            self.server.request("DELETE", path)
        self.server.request("DELETE", "/api/v1/namespaces/" + self.variables["ns"])


def compared(step, answers):
    """a line, or None"""
    keep = step[3].get("keep")
    if keep:
        for answer in answers:
            if isinstance(answer[1], (dict, list)) and answer[0] < 300:
                answer[1] = keep(answer[1])
    found = compare.difference(*answers) if all(isinstance(a[1], dict) for a in answers) else (
        compare.first_difference(compare.scrub(answers[0][:3]), compare.scrub(answers[1][:3])))
    for name in () if found else list(step[3].get("compare_headers", [])) + ["Content-Type"]:
        want, got = (a[3].get(name) if a[3] else None for a in answers)
        if want != got:
            return "header %s: want %s got %s" % (name, want, got)
    return found


def run(options, pair, name, steps):
    word = "".join(random.choices("abcdefghijklmnopqrstuvwxyz", k=8))
    first = steps[0][3] if steps else {}
    tellers = [Teller(server, {"ns": "s-" + word, "id": "u" + word}) for server in pair]
    lines = []
    try:
        for teller in tellers:
            teller.begin(first.get("namespace_labels", {}))
        for number, step in enumerate(steps):
            answers = [teller.tell(step) for teller in tellers]
            if step[3].get("quiet"):
                if answers[0][0] // 100 != answers[1][0] // 100:
                    lines.append("%s step %d %s %s: preparation: %s %s" % (name, number + 1, step[0], step[1], *[compare.short(a[:2]) for a in answers]))
                continue
            found = compared(step, answers)
            if found:
                lines.append("%s step %d %s %s: %s" % (name, number + 1, step[0], step[1], found))
                if options.verbose:
                    lines += ["    want %s" % json.dumps(answers[0][:3])[:60000], "    got  %s" % json.dumps(answers[1][:3])[:60000]]
    finally:
        for teller in tellers:
            teller.end()
    return name, len(steps), lines


def main():
    options = arguments()
    with open(options.token_file) as file:
        token = file.read().strip()
    pair = (servers.Server("oracle", options.oracle_port, options.oracle_token), servers.Server("skiff", options.port, token))
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), options.folder))
    stories, seen = [], set()
    for path in sorted(glob.glob(os.path.join(os.path.dirname(os.path.abspath(__file__)), options.folder, "*.py"))):
        module = importlib.import_module(os.path.basename(path)[:-3])
        if hasattr(module, "prepare"):
            module.prepare(pair)
        for name, steps in getattr(module, "stories", lambda: [])():
            name = module.__name__ + "/" + name
            if name in seen:
                sys.exit("two stories are called " + name)
            seen.add(name)
            if re.search(options.only, name):
                stories.append((name, [s if len(s) == 4 else tuple(s) + (None, {})[len(s) - 2:] for s in steps]))
    counts, same, steps_told = collections.Counter(), 0, 0
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for name, told, lines in pool.map(lambda s: run(options, pair, *s), stories):
            steps_told += told
            same += not lines
            counts[name.split("/")[0], not lines] += 1
            if lines:
                print("\n".join(lines), flush=True)
    for group in sorted({g for g, _ in counts}):
        print("%-20s %4d of %4d" % (group, counts[group, True], counts[group, True] + counts[group, False]))
    print("%d of %d stories agree (%d requests)" % (same, len(stories), steps_told))


if __name__ == "__main__":
    main()
