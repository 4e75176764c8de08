#!/usr/bin/env python3
"""Every list and map of every kind, filled to the bounds of a body: what its creation and its apply cost in CPU time, and a small change of it.

hostile.py has the requests that somebody thought of; this finds rules that compare each element with each other one where nobody looked.
Fields come from the server's own OpenAPI, objects from test/differential. Elements are all different, then all the same. --pairs fills two
fields of one object at a time, chosen by the seed. Status 1 when a request takes longer than its budget. Half an hour for all kinds.
usage: test/stress/hostile_fields.py [REGEX of kinds [REGEX of paths]] [--pairs N] [--seed N]
"""
import argparse, json, os, random, re, sys, time
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '../../bench'), os.path.join(HERE, '../differential')]
from cluster import Api, Cluster
import mutate, objects, schemas as schema_reader

CPU_MS = float(os.environ.get('SKIFF_HOSTILE_MS', 100))
SETTLED_MS = 10 * CPU_MS   # with all that follows
VALUES, BYTES = 25_000, 2_800_000   # a little under the bounds
SHARED = ('template', 'jobTemplate')   # pods themselves have every field of a template
MERGE, APPLY = 'application/merge-patch+json', 'application/apply-patch+yaml'
parser = argparse.ArgumentParser()
parser.add_argument('kinds', nargs='?', default='.')
parser.add_argument('paths', nargs='?', default='.')
parser.add_argument('--pairs', type=int, default=0, metavar='N', help='pairs of fields of each kind, instead of single ones')
parser.add_argument('--seed', type=int, default=1)
args = parser.parse_args()


class Server:
    """What Schemas asks."""

    def __init__(self, api):
        self.api = api

    def request(self, method, path, body=None, kind='application/json'):
        connection = self.api.connection
        connection.request(method, path, body, {'Content-Type': kind})
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text else None


def count(value):
    if isinstance(value, dict):
        return 1 + sum(map(count, value.values()))
    return 1 + sum(map(count, value)) if isinstance(value, list) else 1


def varied(value, i):
    """another element of the same form: texts and ports differ"""
    if isinstance(value, str):
        return f'{value}{i}'
    if isinstance(value, dict):
        return {k: varied(v, i) if isinstance(v, str) and k not in ('operator', 'effect', 'type', 'protocol', 'pathType', 'kind', 'apiGroup') else
                v + i % 60_000 if isinstance(v, int) and not isinstance(v, bool) else v for k, v in value.items()}
    return value + i if isinstance(value, int) and not isinstance(value, bool) else value


def node_at(base, path):
    for step in path:
        base = base[step] if isinstance(step, int) and isinstance(base, list) and base else base.get(step) if isinstance(base, dict) else None
    return base


def elements_of(schemas, schema, present):
    """what a list may hold: what is there already, what is required with a name, and what has every field"""
    small, resolved = mutate.minimal(schemas, schema), schemas.resolve(schema)
    if 'name' in resolved.get('properties', {}) and 'name' not in small:
        small = dict(small, name='a')
    found = [present[0]] if present else [mutate.fullest(schemas, schema)]
    return found if small in found else found + [small]


def fillings(schemas, schema, present, share=1.0):
    """(how, value): the field with as many elements as a body, or a share of one, may have"""
    schema = schemas.resolve(schema)
    values, size = VALUES * share, BYTES * share
    if schema.get('type') == 'array':
        for element in elements_of(schemas, schema.get('items', {}), present):
            many = int(min(values // max(1, count(element)), size // (len(json.dumps(element)) + 12)))
            yield 'different', [varied(element, i) for i in range(many)]
            yield 'same', [element] * many
    elif 'additionalProperties' in schema:
        element = mutate.minimal(schemas, schema['additionalProperties'])
        many = int(min(values // max(1, count(element)), size // (len(json.dumps(element)) + 20)))
        yield 'keys', {f'a.b/k{i}': element for i in range(many)}


class Sweep:
    def __init__(self, cluster, server, schemas):
        self.cluster, self.server, self.schemas = cluster, server, schemas
        self.asked, self.over = 0, 0

    def cost(self, name, *request):
        self.asked += 1
        before = self.cluster.cpu_ms()
        status, answer = self.server.request(*request)
        spent = self.cluster.cpu_ms() - before
        if spent > CPU_MS:   # once more: controllers may have been at work
            self.quiet()
            before = self.cluster.cpu_ms()
            self.server.request(*request)
            spent = min(spent, self.cluster.cpu_ms() - before)
        broken = status == 500 and (answer or {}).get('reason') == 'InternalError'
        if spent > CPU_MS or broken:
            self.over += 1
            print(f'{spent:>9.1f} ms  {status}  {name}  {str((answer or {}).get("message"))[:100] if status >= 400 else ""}', flush=True)
        return status

    def settles(self, name, url, text):
        """creates the object; what controllers make of it takes CPU time as well"""
        before = self.cluster.cpu_ms()
        if self.server.request('POST', url, text)[0] != 201:
            return False
        spent = self.quiet() - before
        if spent > SETTLED_MS:
            self.over += 1
            print(f'{spent:>9.1f} ms  until it is quiet after  {name}', flush=True)
        return True

    def quiet(self):
        """waits until controllers have nothing left to do; the CPU time by then"""
        last = self.cluster.cpu_ms()
        for _ in range(200):
            time.sleep(0.05)
            now = self.cluster.cpu_ms()
            if now - last < 5:
                break
            last = now
        return last

    def status(self, name, url, base, changed):
        self.server.request('POST', url, json.dumps(base))
        self.cost(name, 'PATCH', f'{url}/{base["metadata"]["name"]}/status?dryRun=All', json.dumps({'status': changed['status']}), MERGE)

    def whole(self, name, url, changed):
        one, text = f'{url}/{changed["metadata"]["name"]}', json.dumps(changed)
        self.cost(name + ', applied', 'PATCH', one + '?dryRun=All&fieldManager=sweep&force=true', text, APPLY)
        if self.cost(name, 'POST', url + '?dryRun=All', text) != 201 or not self.settles(name, url, text):
            return
        self.cost(name + ', then a label', 'PATCH', one + '?dryRun=All', '{"metadata":{"labels":{"changed":"a-little"}}}', MERGE)
        self.cost(name + ', then applied', 'PATCH', one + '?dryRun=All&fieldManager=sweep&force=true', text, APPLY)
        self.remove(one)

    def remove(self, one):
        self.server.request('PATCH', one, '{"metadata":{"finalizers":null}}', MERGE)
        self.server.request('DELETE', one + '?gracePeriodSeconds=0', '{}')
        self.server.request('PATCH', one, '{"metadata":{"finalizers":null}}', MERGE)   # those that deletion has added

    def kind(self, url, base):
        root = self.schemas.of(base)
        self.remove(f'{url}/{base["metadata"]["name"]}')
        fields = [(path, schema) for path, schema in mutate.paths(self.schemas, root, base)
                  if re.search(args.paths, '/'.join(map(str, path))) and (base['kind'] == 'Pod' or not any(step in SHARED for step in path[:-1]))]
        for name, path, changed in self.pairs(root, base, fields) if args.pairs else self.single(root, base, fields):
            name = f'{base["kind"]} {name}'
            if path[0] == 'status':
                self.status(name, url, base, changed)
            else:
                self.whole(name, url, changed)

    def single(self, root, base, fields):
        for path, schema in fields:
            for how, value in fillings(self.schemas, schema, node_at(base, path)):
                yield f'{"/".join(map(str, path))} {how}', path, mutate.with_value(self.schemas, root, base, path, value)

    def pairs(self, root, base, fields):
        """two fields, neither inside the other, each with half of what a body may have"""
        filled = [(path, how, value) for path, schema in fields for how, value in fillings(self.schemas, schema, node_at(base, path), 0.5) if how != 'same']
        chance = random.Random(f'{args.seed} {base["kind"]}')
        for _ in range(args.pairs if len(filled) > 1 else 0):
            (a, _, x), (b, _, y) = chance.sample(filled, 2)
            if (a[0] == 'status') != (b[0] == 'status') or a[:len(b)] == b or b[:len(a)] == a:
                continue
            changed = mutate.with_value(self.schemas, root, mutate.with_value(self.schemas, root, base, a, x), b, y)
            yield f'{"/".join(map(str, a))} and {"/".join(map(str, b))}', a, changed


with Cluster('fields', ['--disable-agent'], ready=False) as cluster:
    cluster.namespace('fuzzing')
    server = Server(Api(cluster))
    sweep = Sweep(cluster, server, schema_reader.Schemas(server))
    for url, base in objects.all_objects():
        if re.search(args.kinds, base['kind']):
            sweep.kind(url, base)
print(f'{sweep.asked} requests, {sweep.over} over the budget of {CPU_MS:.0f} ms')
sys.exit(1 if sweep.over else 0)
