#!/usr/bin/env python3
"""Every list and map of every kind, filled to the bounds of a body: what its creation costs in CPU time, and a small change of it.

hostile.py has the requests that somebody thought of; this finds rules that compare each element with each other one where nobody looked.
Fields come from the server's own OpenAPI, objects from test/differential. Elements are all different, then all the same. Status 1 when a
request takes longer than its budget. Twenty minutes for all kinds.
usage: test/stress/hostile_fields.py [REGEX of kinds [REGEX of paths]]
"""
import json, os, re, sys
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '../../bench'), os.path.join(HERE, '../differential')]
from cluster import Api, Cluster
import mutate, objects, schemas as schema_reader

CPU_MS = float(os.environ.get('SKIFF_HOSTILE_MS', 100))
VALUES, BYTES = 44_000, 2_800_000   # a little under the bounds
SHARED = ('template', 'jobTemplate')   # pods themselves have every field of a template
kinds = sys.argv[1] if len(sys.argv) > 1 else '.'
paths = sys.argv[2] if len(sys.argv) > 2 else '.'


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


def fillings(schemas, schema, present):
    """(how, value): the field with as many elements as a body may have"""
    schema = schemas.resolve(schema)
    if schema.get('type') == 'array':
        elements = [present[0]] if present else [mutate.minimal(schemas, schema.get('items', {})), mutate.fullest(schemas, schema.get('items', {}))]
        for element in elements:
            many = min(VALUES // max(1, count(element)), BYTES // (len(json.dumps(element)) + 12))
            yield 'different', [varied(element, i) for i in range(many)]
            yield 'same', [element] * many
    elif 'additionalProperties' in schema:
        element = mutate.minimal(schemas, schema['additionalProperties'])
        many = min(VALUES // max(1, count(element)), BYTES // (len(json.dumps(element)) + 20))
        yield 'keys', {f'a.b/k{i}': element for i in range(many)}


over, asked = [], 0
with Cluster('fields', ['--disable-agent'], ready=False) as cluster:
    cluster.namespace('fuzzing')
    api = Api(cluster)
    server = Server(api)
    schemas = schema_reader.Schemas(server)

    def cost(name, *request):
        global asked
        asked += 1
        before = cluster.cpu_ms()
        status, answer = server.request(*request)
        spent = cluster.cpu_ms() - before
        if spent > CPU_MS:   # once more: something else may have run
            before = cluster.cpu_ms()
            server.request(*request)
            spent = min(spent, cluster.cpu_ms() - before)
        if spent > CPU_MS or status == 500:
            over.append(name)
            print(f'{spent:>9.1f} ms  {status}  {name}  {str((answer or {}).get("message"))[:100] if status >= 400 else ""}', flush=True)
        return status

    for url, base in objects.all_objects():
        if not re.search(kinds, base['kind']):
            continue
        root = schemas.of(base)
        server.request('DELETE', f'{url}/{base["metadata"]["name"]}?gracePeriodSeconds=0', '{}')
        for path, schema in mutate.paths(schemas, root, base):
            if not re.search(paths, '/'.join(map(str, path))) or (base['kind'] != 'Pod' and any(step in SHARED for step in path[:-1])):
                continue
            for how, value in fillings(schemas, schema, node_at(base, path)):
                changed = mutate.with_value(schemas, root, base, path, value)
                name = f'{base["kind"]} {"/".join(map(str, path))} {how}'
                if path[0] == 'status':
                    server.request('POST', url, json.dumps(base))
                    cost(name, 'PATCH', f'{url}/{base["metadata"]["name"]}/status?dryRun=All', json.dumps({'status': changed['status']}), 'application/merge-patch+json')
                    continue
                changed = json.dumps(changed)
                if cost(name, 'POST', url + '?dryRun=All', changed) != 201 or server.request('POST', url, changed)[0] != 201:
                    continue
                cost(name + ', then a label', 'PATCH', f'{url}/{base["metadata"]["name"]}?dryRun=All', '{"metadata":{"labels":{"changed":"a-little"}}}', 'application/merge-patch+json')
                server.request('DELETE', f'{url}/{base["metadata"]["name"]}?gracePeriodSeconds=0', '{}')
print(f'{asked} requests, {len(over)} over the budget of {CPU_MS:.0f} ms')
sys.exit(1 if over else 0)
