#!/usr/bin/env python3
"""Twenty times overload by an ordinary user: how long the renewal of a node's lease, a system component's get and an administrator's get take meanwhile, and
what the others are told. The user hammers with long lists, gets and creates over 20 times the connections of the capacity run, never minding Retry-After.

Everybody is impersonated by the administrator, so flow control sees them as what they are. Figures stand beside their budgets; status 1 when one is missed.
usage: test/stress/overload.py [SECONDS] [CLIENTS of the capacity run]      (15, 40)
"""
import asyncio, json, multiprocessing, os, sys, threading, time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../bench'))
from cluster import PORT, Api, Cluster, percentile, report

seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 15
capacity_clients = int(sys.argv[2]) if len(sys.argv) > 2 else 40
FACTOR, OBJECTS = 20, 1500
LEASE_MS, RSS_MB = float(os.environ.get('SKIFF_LEASE_MS', 200)), 256
NODE = ('system:node:probe', 'system:nodes')
SYSTEM = ('system:kube-scheduler', 'system:authenticated')
USER = ('jane', 'system:authenticated')
LISTS = '/api/v1/namespaces/bench/configmaps'
missed = []


def check(what, figure, budget, good):
    report(what, figure, budget)
    if not good:
        missed.append(what)


def head(method, path, who, body=''):
    as_whom = f'Impersonate-User: {who[0]}\r\nImpersonate-Group: {who[1]}\r\n' if who else ''
    return f'{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{as_whom}Content-Length: {len(body)}\r\n\r\n{body}'.encode()


async def exchange(reader, writer, data):
    """(status, whether it has a Retry-After)."""
    writer.write(data)
    text = (await reader.readuntil(b'\r\n\r\n')).lower()
    at = text.find(b'content-length:')
    if at >= 0:
        left = int(text[at + 15:text.find(b'\r', at)])
        while left:
            left -= len(await reader.read(min(left, 1 << 18)))
    return int(text[9:12]), b'retry-after:' in text


def hammer(cluster, connections, number, until, counts):
    async def one(i):
        n = 0
        while time.monotonic() < until.value:
            try:
                reader, writer = await asyncio.open_connection('127.0.0.1', PORT, ssl=context, limit=1 << 20)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            try:
                while time.monotonic() < until.value:
                    n += 1
                    kind = (i + n) % 4
                    if kind < 2:
                        data = head('GET', LISTS, USER)
                    elif kind == 2:
                        data = head('GET', f'{LISTS}/c{n % OBJECTS}', USER)
                    else:
                        data = head('POST', '/api/v1/namespaces/bench/secrets', USER, json.dumps({'metadata': {'name': f's-{connections}-{number}-{i}-{n}'}, 'stringData': {'a': 'x' * 500}}))
                    code, retry = await exchange(reader, writer, data)
                    with counts.get_lock():
                        counts[0 if code < 300 else 1 if code == 429 and retry else 2] += 1
            except (OSError, asyncio.IncompleteReadError):
                pass
            finally:
                writer.close()

    async def everyone():
        await asyncio.gather(*(one(i) for i in range(connections)))
    context = cluster.tls()
    asyncio.run(everyone())


def probe(cluster, data, latencies, until, pause):
    async def work():
        reader, writer = await asyncio.open_connection('127.0.0.1', PORT, ssl=cluster.tls(), limit=1 << 20)
        while time.monotonic() < until.value:
            began = time.monotonic()
            code, _ = await exchange(reader, writer, data)
            latencies.append((time.monotonic() - began, code))
            await asyncio.sleep(pause)
    asyncio.run(work())


def round_of(cluster, connections, length, title):
    """Returns (requests served a second, all requests)."""
    counts = multiprocessing.Array('q', 3)
    until = multiprocessing.Value('d', time.monotonic() + length)
    workers = [multiprocessing.Process(target=hammer, args=(cluster, connections // 2, n, until, counts)) for n in range(2)]
    results = {'lease renewal': [], "scheduler's get": [], "administrator's get": []}
    manager = multiprocessing.Manager()
    shared = {name: manager.list() for name in results}
    lease = json.dumps({'spec': {'holderIdentity': 'probe', 'leaseDurationSeconds': 40}})
    requests = {'lease renewal': head('PATCH', '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/probe', NODE, lease).replace(b'application/json', b'application/merge-patch+json'),
                "scheduler's get": head('GET', '/api/v1/nodes/probe', SYSTEM), "administrator's get": head('GET', LISTS + '/c1', None)}
    probes = [multiprocessing.Process(target=probe, args=(cluster, requests[name], shared[name], until, 0.02)) for name in results]
    for p in probes + workers:
        p.start()
    for p in probes + workers:
        p.join()
    print(f'-- {title}: {connections} connections')
    report('served /s', f'{counts[0] / length:.0f}')
    report('429 with Retry-After /s', f'{counts[1] / length:.0f}')
    check('other answers', str(counts[2]), '0', counts[2] == 0)
    for name in results:
        times = [t for t, _ in shared[name]]
        codes = {c for _, c in shared[name]}
        check(f'{name}: median, 99 %', f'{percentile(times, .5) * 1000:.1f}, {percentile(times, .99) * 1000:.1f} ms', f'{LEASE_MS:.0f} ms', percentile(times, .99) * 1000 <= LEASE_MS)
        check(f'{name}: {len(times)} tries, answers', ','.join(map(str, sorted(codes))), '200', codes == {200})
    return counts


multiprocessing.set_start_method('fork')
with Cluster('overload', ['--disable-agent'], ready=False) as cluster:
    cluster.namespace('bench')
    api = Api(cluster)
    api.call('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {'metadata': {'name': 'jane'}, 'roleRef': {'apiGroup': 'rbac.authorization.k8s.io', 'kind': 'ClusterRole', 'name': 'admin'},
                                                                               'subjects': [{'kind': 'User', 'name': 'jane', 'apiGroup': 'rbac.authorization.k8s.io'}]})
    api.call('POST', '/api/v1/nodes', {'metadata': {'name': 'probe'}})
    api.call('POST', '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases', {'metadata': {'name': 'probe'}, 'spec': {'holderIdentity': 'probe', 'leaseDurationSeconds': 40}})
    for i in range(OBJECTS):
        api.call('POST', LISTS, {'metadata': {'name': f'c{i}'}, 'data': {'a': 'x' * 1000}})
    before = cluster.memory_mb()[0]
    round_of(cluster, capacity_clients, seconds / 2, 'capacity')
    counts = round_of(cluster, capacity_clients * FACTOR, seconds, f'{FACTOR} times that')
    check('the user is told to come back', str(counts[1]), 'more than 0', counts[1] > 0)
    grown = cluster.memory_mb()[0] - before
    check('resident memory has grown by', f'{grown:.0f} MB', f'{RSS_MB} MB', grown <= RSS_MB)
    began = time.monotonic()
    api.call('GET', LISTS)
    took = time.monotonic() - began
    check('a list right after', f'{took * 1000:.0f} ms', '2000 ms', took < 2)
if missed:
    print('missed: ' + '; '.join(missed))
sys.exit(1 if missed else 0)
