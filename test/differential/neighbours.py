#!/usr/bin/env python3
"""Neighbours of recorded API cases: each case again with one thing changed, sent to both servers.

    neighbours.py --token-file F --corpus FOLDER [--seed N] [--each N] [--changes N] [--only REGEX] [--verbose]

FOLDER holds <group>/<name>.json, whose steps are requests (method, path, body, headers, auth, capture, retryUntil, watch). One of its steps gets another
value, field, media type, query, verb or name, chosen by the seed; every step from there on is compared, the others are preparations. With --changes a body has up to N places changed at once.
"""
import concurrent.futures
import copy
import glob
import json
import os
import random
import re
import sys
import threading
import time

import scenarios
import servers

ACCEPTS = ["application/json;as=Table;v=v1;g=meta.k8s.io", "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io", "application/yaml",
           "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io", "application/vnd.kubernetes.protobuf", "text/html", "application/json;q=0.5,application/yaml"]
QUERIES = ["dryRun=All", "fieldValidation=Strict", "fieldValidation=Warn", "fieldValidation=Ignore", "fieldManager=other", "pretty=true", "limit=1",
           "resourceVersion=0", "resourceVersion=1", "labelSelector=app%3Dweb", "fieldSelector=metadata.name%3Da", "force=true", "gracePeriodSeconds=0",
           "propagationPolicy=Foreground", "propagationPolicy=Orphan", "includeObject=Object", "dryRun=all", "fieldManager=a%0Ab", "timeoutSeconds=x", "watch=1&timeoutSeconds=1"]
TYPES = ["application/json", "application/yaml", "application/merge-patch+json", "application/strategic-merge-patch+json", "application/json-patch+json",
         "application/apply-patch+yaml", "text/plain", "application/json; charset=utf-8"]
VALUES = [None, "", 0, -1, 1, "x", "X_y", True, False, [], {}, "a b", 1.5, 2147483648, "10Mi", "1.5", "50%", "-1", "A" * 64, "a/b", "a.b/c", "10.0.0.1", "é", ["a", "a"], {"a": "b"}, [None]]


def words(text):
    return re.sub(r"\$\{(\w+)\}", lambda m: "{%s}" % {"NS": "ns", "ID": "id"}.get(m.group(1), m.group(1)), text)


def translated(node):
    if isinstance(node, str):
        return words(node)
    if isinstance(node, list):
        return [translated(x) for x in node]
    if isinstance(node, dict):
        return {words(k): translated(v) for k, v in node.items()}
    return node


def step_of(raw):
    """a step of a story"""
    raw = translated(raw)
    headers = dict(raw.get("headers") or {})
    if raw.get("accept"):
        headers["Accept"] = raw["accept"]
    if raw.get("auth"):
        headers["Authorization"] = None if raw["auth"] == "none" else "Bearer " + raw["auth"]
    more = {"headers": headers, "type": raw.get("contentType") or "application/json"}
    if raw.get("capture"):
        more["capture"] = {k: re.sub(r"\[(\d+)\]", r".\1", v).lstrip("$.") for k, v in raw["capture"].items()}
    wait = raw.get("retryUntil")
    if wait and "status" in wait:
        more["until"] = lambda answer: answer[0] == wait["status"]
        more["until_seconds"] = 2
    if raw.get("watch"):
        more["watch"] = [step_of(s) for s in raw["watch"].get("during") or []]
        more["params"] = "&".join(["watch=1", "timeoutSeconds=1"] + [p for p in [raw["watch"].get("params")] if p])
    return [raw.get("method", "GET"), raw["path"], raw.get("body"), more]


def places(node, path=()):
    yield path
    if isinstance(node, dict):
        for k in sorted(node):
            yield from places(node[k], path + (k,))
    elif isinstance(node, list):
        for i, x in enumerate(node):
            yield from places(x, path + (i,))


def another_value(body, chance):
    """one place of a body: without it, with another value, twice, or with a field that nobody knows"""
    body = copy.deepcopy(body)
    spots = [p for p in places(body) if p]
    if not spots:
        return chance.choice(VALUES), "body"
    spot = chance.choice(spots)
    holder = body
    for part in spot[:-1]:
        holder = holder[part]
    way = chance.choice(["remove", "value", "value", "value", "value", "twice", "unknown", "rename"])
    old = holder[spot[-1]]
    if way == "remove":
        del holder[spot[-1]]
    elif way == "twice" and isinstance(holder, list):
        holder.append(copy.deepcopy(old))
    elif way == "unknown" and isinstance(old, dict):
        old["unknownOne"] = 1
    elif way == "rename" and isinstance(holder, dict):
        del holder[spot[-1]]
        holder[spot[-1].capitalize() if chance.random() < .5 else spot[-1] + "x"] = old
    else:
        value = chance.choice(VALUES)
        if chance.random() < .3 and isinstance(old, str):
            value = chance.choice([old.upper(), old + ".", "-" + old, old + old, old + "/x"])
        elif chance.random() < .3 and isinstance(old, int):
            value = chance.choice([old + 1, -old, str(old), old * 70000])
        holder[spot[-1]] = value
        way = "value %s" % json.dumps(value)[:40]
    return body, "%s: %s" % (".".join(map(str, spot)), way)


def changed(step, chance, changes=1):
    """(step, what was changed)"""
    method, path, body, more = copy.copy(step[0]), step[1], step[2], dict(step[3], headers=dict(step[3]["headers"]))
    way = chance.choice(["body"] * 9 + ["accept", "query", "query", "type", "method", "path"]) if body is not None else chance.choice(
        ["accept", "accept", "query", "query", "query", "method", "path"])
    if way == "body" and isinstance(body, (dict, list)):
        what = ""
        for _ in range(chance.randint(1, changes) if changes > 1 else 1):
            body, place = another_value(body, chance)
            what += (", " if what else "") + place
            if not isinstance(body, (dict, list)):
                break
    elif way == "accept":
        what = more["headers"]["Accept"] = chance.choice(ACCEPTS)
    elif way == "type" and body is not None:
        what = more["type"] = chance.choice(TYPES)
    elif way == "method" and not ("{ns}" in path or "{id}" in path):
        way, what = "query", "pretty=true"   # what all share stays as it is
        path += ("&" if "?" in path else "?") + what
    elif way == "method":
        what = method = chance.choice([m for m in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE") if m != method])
        if method in ("POST", "PUT", "PATCH") and body is None:
            body = {"metadata": {"name": "a"}}
        if method == "PATCH" and "patch" not in more["type"]:
            more["type"] = "application/merge-patch+json"
    elif way == "path":
        bare, _, query = path.partition("?")
        bare = chance.choice([bare + "/status", bare + "/scale", bare + "/none", bare.replace("/{ns}/", "/none-{id}/"), bare.rsplit("/", 1)[0], bare + "/"])
        what = path = bare + ("?" + query if query else "")
    else:
        what = chance.choice(QUERIES)
        path += ("&" if "?" in path else "?") + what
    return [method, path, body, more], "%s %s" % (way, what)


class Teller(scenarios.Teller):
    """also tells steps that watch"""

    def tell(self, step):
        method, path, body, more = step
        if "watch" not in more:
            return super().tell(step)
        out = []
        listener = Teller(self.server, self.variables)
        watcher = threading.Thread(target=lambda: out.append(scenarios.Teller.tell(
            listener, (method, path + ("&" if "?" in path else "?") + more["params"], body, {k: v for k, v in more.items() if k in ("headers", "type")}))))
        watcher.start()
        time.sleep(0.15)
        for inner in more["watch"]:
            self.tell(inner)
        watcher.join()
        return out[0]


def masked(node):
    """without what the two servers are known to say differently: descriptions of columns, versions, addresses, the group of metrics"""
    if isinstance(node, list):
        return [masked(x) for x in node if not (isinstance(x, dict) and "metrics.k8s.io" in (x.get("name"), (x.get("metadata") or {}).get("name")
                                                if isinstance(x.get("metadata"), dict) else None))]
    if isinstance(node, dict):
        if "columnDefinitions" in node:
            node = dict(node, columnDefinitions=[dict(c, description="") for c in node["columnDefinitions"]])
        return {re.sub("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UID", k): masked(v) for k, v in node.items()
                if k not in ("serverRelativeURL", "serverAddress", "kid", "info") and "metrics.k8s.io" not in k}
    if isinstance(node, str):
        node = re.sub(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", "T", node)
    return re.sub(r"\b3[0-2]\d{3}\b|10\.43\.\d+\.\d+", "N", node) if isinstance(node, str) else node


def told(pair, case, name, at, steps, what, verbose):
    word = "".join(random.choices("abcdefghijklmnopqrstuvwxyz", k=8))
    tellers = [Teller(server, {"ns": "s-" + word, "id": "u" + word}) for server in pair]
    lines = []
    try:
        for teller in tellers:
            teller.begin(case.get("namespaceLabels") or {})
        for number, step in enumerate(steps):
            answers = [teller.tell(step) for teller in tellers]
            if number < at:
                continue
            for answer in answers:
                answer[1] = masked(answer[1])
            found = scenarios.compared(step, answers)
            if found:
                lines.append("%s (%s at %d) step %d %s %s: %s" % (name, what, at + 1, number + 1, step[0], step[1], found))
                if verbose:
                    lines += ["    sent %s" % json.dumps(step[2])[:3000]] + ["    %s %s" % (w, json.dumps(a[:3])[:6000]) for w, a in zip(("want", "got "), answers)]
                break
    except Exception as problem:  # a neighbour may be no request at all
        lines.append("%s (%s): %r" % (name, what, problem))
    finally:
        for teller in tellers:
            teller.made = [path for path in teller.made if path.isascii()]
            teller.end()
    return lines


def neighbours(options):
    for path in sorted(glob.glob(os.path.join(options.corpus, "*", "*.json"))):
        name = "/".join(path[:-5].split("/")[-2:])
        if not re.search(options.only, name):
            continue
        with open(path) as file:
            case = json.load(file)
        text = json.dumps(case)
        if "PAD" in text or len(text) > 60000:
            continue
        steps = [step_of(s) for s in case["steps"]]
        judged = [i for i, s in enumerate(case["steps"]) if s.get("compare", True)]
        for turn in range(options.each):
            chance = random.Random("%s %d %d" % (name, options.seed, turn))
            at = chance.choice(judged) if chance.random() < .8 else chance.randrange(len(steps))
            step, what = changed(steps[at], chance, options.changes)
            yield case, name, at, steps[:at] + [step] + steps[at + 1:], what


def main():
    parser = servers.parser(__doc__)
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, default=10)
    parser.add_argument("--changes", type=int, default=1)
    parser.add_argument("--only", default=".")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    with open(options.token_file) as file:
        token = file.read().strip()
    pair = (servers.Server("oracle", options.oracle_port, options.oracle_token), servers.Server("skiff", options.port, token))
    same = total = 0
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for lines in pool.map(lambda n: told(pair, *n, options.verbose), neighbours(options)):
            total += 1
            same += not lines
            if lines:
                print("\n".join(lines), flush=True)
    print("%d of %d neighbours agree" % (same, total))
    return 0 if same == total else 1


if __name__ == "__main__":
    sys.exit(main())
