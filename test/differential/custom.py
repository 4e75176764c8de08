#!/usr/bin/env python3
"""Custom resources: random structural schemas with rules in CEL, and random objects for them; both servers answer.

    custom.py --token-file F [--oracle-token T] [--seed N] [--definitions N] [--objects N] [--only REGEX]

Prints each answer that differs and the counts. A definition that differs is not filled with objects.
"""
import copy
import json
import random
import re
import time

import compare
import servers

FORMATS = ["date-time", "date", "uuid", "ipv4", "ipv6", "cidr", "email", "uri", "hostname", "byte", "password", "duration", "int32", "x-none", "mac", "hexcolor"]
TEXTS = ["", "a", "abc", "A-b_1", "10.0.0.1", "2020-01-01T00:00:00Z", "2020-01-01", "x" * 40, "\u00e9\u00e9", "a@b.c", "1h", "YQ==", "::1", "10.0.0.0/8", "http://a/b",
         "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "5%", "50"]
PATTERNS = ["^a", "^[a-z]+$", "b$", "^\\d+$", "^(a|b)*$"]
# %s is self; each list: rules for a type
RULES = {
    "string": ["self.size() < 5", "self.startsWith('a')", "self != 'abc'", "self.matches('^[a-z]*$')", "oldSelf == self", "self.lowerAscii() == self", "self in ['a', 'abc']",
               "self.split('b').size() == 1", "isURL(self)", "self.isQuantity()", "isQuantity(self)", "self == oldSelf || oldSelf == 'a'", "ip.isCanonical(self)", "isIP(self)",
               "self.indexOf('a') == 0", "self.replace('a', 'b') != 'b'", "self.format(['a']) == ''", "self.size() / 0 == 1", "self.matches('[')", "self.nothing()", "self + 1 == ''",
               "self.charAt(0) == 'a'", "base64.decode(self) != b''", "self.reverse() == self", "!format.dns1123Label().validate(self).hasValue()"],
    "integer": ["self > 2", "self % 2 == 0", "self >= oldSelf", "self < 3000000000", "double(self) < 2.5", "self == 1 || self == 2", "string(self) == '1'", "self.size() == 1", "self / 0 == 1",
                "int(self) < 5", "self > 1.5", "[1, 2, 3].exists(x, x == self)"],
    "number": ["self > 1.5", "self < 10.0", "self == oldSelf", "int(self) == 1", "self > 1"],
    "boolean": ["self", "!self", "self == oldSelf", "self || oldSelf", "self == 1"],
    "array": ["self.size() < 3", "size(self) > 0", "self.all(x, x == x)", "self.exists(x, x == self[0])", "self.exists_one(x, x == self[0])", "oldSelf.size() <= self.size()",
              "self.all(x, self.exists(y, x == y))", "self.isSorted()", "self.map(x, x).size() == self.size()", "self.filter(x, true).size() < 2", "self.indexOf(self[0]) == 0", "self[5] == self[0]",
              "self.sum() > 1", "self.all(x, self.all(y, self.all(z, x == y || y == z)))", "self == self.distinct()"],
    "object": ["has(self.a)", "!has(self.a) || has(self.b)", "self.size() > 0", "has(self.nothing)", "self.a == self.b", "self == oldSelf", "oldSelf == self || true", "self.?a.hasValue()",
               "self.?a.orValue(self.?b) != null", "self.all(k, k != 'x')", "self.b > 1", "'a' in self", "self['a'] != null"],
}
MESSAGES = [None, "said so", "  ", "two\nlines"]


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def chance(self, part):
        return self.random.random() < part

    def pick(self, items):
        return self.random.choice(items)

    def rule(self, kind):
        rule = {"rule": self.pick(RULES[kind])}
        if self.chance(0.2):
            rule["message"] = self.pick(MESSAGES[1:])
        if self.chance(0.1):
            rule["messageExpression"] = self.pick(["'no: ' + string(self)", "self", "'x'", "string(oldSelf)"])
        if self.chance(0.15):
            rule["reason"] = self.pick(["FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired", "FieldValueDuplicate"])
        if self.chance(0.05):
            rule["optionalOldSelf"] = True
        if self.chance(0.05):
            rule["fieldPath"] = self.pick([".a", ".none", "a"])
        return rule

    def schema(self, depth, rules=True):
        roll = self.random.random()
        if roll < 0.05:
            return {"x-kubernetes-int-or-string": True}
        if roll < 0.09:
            return {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
        kinds = ["string", "integer", "number", "boolean"] + (["array", "object", "object"] if depth > 0 else [])
        kind = self.pick(kinds)
        schema = {"type": kind}
        getattr(self, kind)(schema, depth)
        if self.chance(0.12):
            schema["nullable"] = True
        if rules and self.chance(0.35):
            schema["x-kubernetes-validations"] = [self.rule(kind) for _ in range(self.pick([1, 1, 2]))]
        if self.chance(0.2) and depth < 3:
            schema["default"] = self.value(schema) if self.chance(0.9) else self.pick(["x", 1, None])
        return schema

    def string(self, schema, depth):
        for key, values in (("minLength", [0, 1, 3]), ("maxLength", [2, 5, 40]), ("pattern", PATTERNS), ("format", FORMATS)):
            if self.chance(0.25):
                schema[key] = self.pick(values)
        if self.chance(0.15):
            schema["enum"] = self.random.sample(TEXTS, 3)

    def integer(self, schema, depth):
        for key, values in (("minimum", [0, 1, -3]), ("maximum", [2, 5, 100]), ("multipleOf", [1, 2, 3]), ("format", ["int32", "int64"])):
            if self.chance(0.25):
                schema[key] = self.pick(values)
        for bound, flag in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
            if bound in schema and self.chance(0.3):
                schema[flag] = True
        if self.chance(0.1):
            schema["enum"] = [1, 2, 5]

    def number(self, schema, depth):
        for key, values in (("minimum", [0, 1.5, -3]), ("maximum", [2.5, 5]), ("multipleOf", [0.5, 2]), ("format", ["float", "double"])):
            if self.chance(0.25):
                schema[key] = self.pick(values)

    def boolean(self, schema, depth):
        pass

    def array(self, schema, depth):
        schema["items"] = self.schema(depth - 1)
        schema["items"].pop("default", None) if self.chance(0.8) else None
        for key, values in (("minItems", [0, 1]), ("maxItems", [1, 2, 5, 100])):
            if self.chance(0.5):
                schema[key] = self.pick(values)
        if self.chance(0.2):
            schema["x-kubernetes-list-type"] = self.pick(["set", "atomic", "map"])
            if schema["x-kubernetes-list-type"] == "map":
                schema["items"] = {"type": "object", "required": ["k"], "properties": {"k": {"type": "string"}, "v": self.schema(0)}}
                schema["x-kubernetes-list-map-keys"] = ["k"]

    def object(self, schema, depth):
        if self.chance(0.25):
            schema["additionalProperties"] = self.schema(depth - 1)
        else:
            schema["properties"] = {name: self.schema(depth - 1) for name in self.random.sample("abcde", self.random.randint(1, 4))}
            if self.chance(0.4):
                schema["required"] = [self.pick(sorted(schema["properties"]))]
            if self.chance(0.1):
                schema["x-kubernetes-preserve-unknown-fields"] = True
        for key, values in (("minProperties", [1, 2]), ("maxProperties", [1, 2, 10])):
            if self.chance(0.12):
                schema[key] = self.pick(values)

    def value(self, schema, wrong=0.0):
        """a value that may well fit; with `wrong` something else now and then"""
        if self.chance(wrong):
            return self.pick([None, "x", 1, 1.5, True, [], {}, [None], {"a": 1}, -1, "", 10 ** 12])
        if "enum" in schema and self.chance(0.8):
            return self.pick(schema["enum"])
        kind = schema.get("type")
        if schema.get("x-kubernetes-int-or-string"):
            return self.pick([1, "5%", "a"])
        if kind == "string":
            return self.pick(TEXTS)
        if kind == "integer":
            return self.random.randint(-1, 6)
        if kind == "number":
            return self.pick([0, 1, 1.5, 2.5, -1, 7.25])
        if kind == "boolean":
            return self.chance(0.5)
        if kind == "array":
            return [self.value(schema["items"], wrong) for _ in range(self.random.randint(0, 3))]
        if "properties" in schema:
            made = {k: self.value(v, wrong) for k, v in schema["properties"].items() if k in schema.get("required", []) or self.chance(0.6)}
            if self.chance(wrong + 0.03):
                made[self.pick(["unknown", "a", "b"])] = self.pick([1, "x", {"y": 1}])
            return made
        inner = schema.get("additionalProperties")
        if inner:
            return {k: self.value(inner, wrong) for k in self.random.sample(["a", "b", "x", "a b", ""], self.random.randint(0, 3))}
        return {self.pick("abz"): self.pick([1, "x", {"y": [1]}])} if self.chance(0.7) else {}


def definition(maker, number):
    spec = {"type": "object", "properties": {"f%d" % i: maker.schema(2) for i in range(6)}}
    if maker.chance(0.3):
        spec["x-kubernetes-validations"] = [{"rule": maker.pick(["has(self.f0)", "!has(self.f1) || has(self.f2)", "self.f0 == self.f1", "oldSelf == self", "has(self.f9)"])}]
    root = {"type": "object", "properties": {"spec": spec, "status": {"type": "object", "properties": {"replicas": {"type": "integer"}, "s": maker.schema(1)}}}}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": root}}
    if maker.chance(0.6):
        version["subresources"] = {"status": {}}
    if maker.chance(0.3):
        version["selectableFields"] = [{"jsonPath": ".spec.f%d" % maker.random.randint(0, 6)}]
    if maker.chance(0.4):
        version["additionalPrinterColumns"] = [{"name": "F", "type": maker.pick(["string", "integer", "date", "boolean", "number"]), "jsonPath": ".spec.f%d" % maker.random.randint(0, 6)}]
    plural = "r%ds" % number
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": plural + ".fuzz.example.com"}, "spec": {
        "group": "fuzz.example.com", "scope": "Namespaced", "names": {"plural": plural, "kind": "R%d" % number}, "versions": [version]}}, spec


class Custom:
    def __init__(self, options):
        with open(options.token_file) as file:
            token = file.read().strip()
        self.servers = (servers.Server("oracle", options.oracle_port, options.oracle_token), servers.Server("skiff", options.port, token))
        self.options, self.same, self.all = options, 0, 0

    def check(self, name, method, path, body=None, content_type="application/json", headers=None, quiet=False):
        answers = [server.request(method, path, body, content_type=content_type, headers=headers) for server in self.servers]
        self.all += 1
        found = compare.difference(*answers)
        if found and re.search(self.options.only, name):
            print("%s: %s %s %s :: %s" % (name, method, path, compare.short(body)[:300] if not quiet else "", found[:900]), flush=True)
        if not found:
            self.same += 1
        return answers

    def ready(self, path):
        for server in self.servers:
            for _ in range(100):
                if server.request("GET", path)[0] == 200:
                    break
                time.sleep(0.1)

    def without_bad_rules(self, maker, crd, answer):
        """takes away what the oracle complains about, so that most definitions live"""
        if not isinstance(answer[1], dict) or answer[0] < 400:
            return False
        for cause in (answer[1].get("details") or {}).get("causes") or []:
            steps = re.findall(r"properties\[(\w+)\]|(items)|(additionalProperties)", cause["field"])
            node = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
            for named, items, additional in steps:
                node = node.get("properties", {}).get(named, {}) if named else node.get("items" if items else "additionalProperties", {})
            for key in ("x-kubernetes-validations", "default", "nullable", "x-kubernetes-list-type", "x-kubernetes-list-map-keys", "multipleOf", "pattern"):
                node.pop(key, None)
            if "selectableFields" in cause["field"]:
                crd["spec"]["versions"][0].pop("selectableFields", None)
        return True

    def run(self, number):
        maker = Maker(self.options.seed * 100000 + number)
        crd, spec = definition(maker, number)
        url = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
        for server in self.servers:
            server.request("DELETE", url + "/" + crd["metadata"]["name"])
        for _ in range(6):
            answers = self.check("definition", "POST", url + "?dryRun=All&fieldValidation=Strict", crd, quiet=True)
            if not self.without_bad_rules(maker, crd, answers[0]):
                break
        for server in self.servers:
            status = server.request("POST", url, crd)[0]
            if status != 201:
                return
        base = "/apis/fuzz.example.com/v1/namespaces/fuzzing/" + crd["spec"]["names"]["plural"]
        self.ready(base)
        kind = crd["spec"]["names"]["kind"]
        made = lambda name, wrong: {"apiVersion": "fuzz.example.com/v1", "kind": kind, "metadata": {"name": name}, "spec": maker.value(spec, wrong)}
        stored = None
        for i in range(self.options.objects):
            body = made("o", maker.pick([0.0, 0.0, 0.1, 0.3]))
            validation = maker.pick(["Strict", "Warn", "Ignore"])
            answers = self.check("object", "POST", base + "?dryRun=All&fieldValidation=" + validation, body)
            if stored is None and answers[0][0] == 201 and answers[1][0] == 201:
                stored = body
                for server in self.servers:
                    server.request("POST", base, body)
            elif stored is not None:
                self.change(maker, base, copy.deepcopy(body), kind)
        self.check("table", "GET", base + "/o", headers={"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"})
        self.check("selector", "GET", base + "?fieldSelector=spec.f%d%%3Da" % maker.random.randint(0, 6))
        for server in self.servers:
            server.request("DELETE", url + "/" + crd["metadata"]["name"])

    def change(self, maker, base, body, kind):
        media = maker.pick(["application/merge-patch+json", "application/apply-patch+yaml", "application/merge-patch+json", "put", "status"])
        query = "?dryRun=All&fieldManager=m"
        if media == "put":
            self.check("update", "PUT", base + "/o" + query, body)
        elif media == "status":
            self.check("status", "PATCH", base + "/o/status" + query, {"status": maker.value({"type": "object", "properties": {"replicas": {"type": "integer"}, "s": {"type": "string"}}}, 0.2)},
                       content_type="application/merge-patch+json")
        else:
            if not isinstance(body["spec"], dict):
                return
            part = maker.pick(sorted(body["spec"]) or ["f0"])
            patch = {"spec": {part: body["spec"].get(part)}}
            if "apply" in media:
                patch = dict(patch, apiVersion=body["apiVersion"], kind=kind)
            self.check("patch", "PATCH", base + "/o" + query, patch, content_type=media)


def main():
    parser = servers.parser(__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--definitions", type=int, default=40)
    parser.add_argument("--objects", type=int, default=40)
    parser.add_argument("--only", default=".")
    run = Custom(parser.parse_args())
    for server in run.servers:
        server.request("POST", "/api/v1/namespaces", {"metadata": {"name": "fuzzing"}})
    for number in range(run.options.definitions):
        run.run(number)
    print("%d of %d answers agree" % (run.same, run.all))


if __name__ == "__main__":
    main()
