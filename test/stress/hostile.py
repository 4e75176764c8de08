#!/usr/bin/env python3
"""The worst requests we can think of, one at a time at a running server: what each costs in CPU time and in peak memory, beside the budget of 100 ms and 32 MiB.

The answer may be anything that HTTP allows but 500; the server must live. Budgets hold for an optimised build. Status 1 when one is missed.
usage: test/stress/hostile.py [WORD in the name of a case]
"""
import http.client, json, os, sys, time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../bench'))
from cluster import PORT, Api, Cluster

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from hostile_cases import DEFS, MAPS, PODS, J, cases, config_map
import hostile_limits  # noqa: adds its cases

http.client._MAXHEADERS = 1000   # an answer may have many warnings
CPU_MS = float(os.environ.get('SKIFF_HOSTILE_MS', 100))
MIB = float(os.environ.get('SKIFF_HOSTILE_MIB', 32))
word = sys.argv[1] if len(sys.argv) > 1 else ''
GROUPS = {'apps/v1': ['deployments', 'statefulsets'], 'rbac.authorization.k8s.io/v1': ['roles', 'rolebindings'], 'networking.k8s.io/v1': ['ingresses', 'networkpolicies'],
          'discovery.k8s.io/v1': ['endpointslices'], 'autoscaling/v2': ['horizontalpodautoscalers']}
CORE = ['configmaps', 'pods', 'secrets', 'services', 'endpoints', 'resourcequotas', 'limitranges']
# What the requests make; 'victim' and m0 to m499 stay.
MADE = ['/api/v1/namespaces/bench/' + kind + '/hostile' for kind in CORE] + [f'/apis/{group}/namespaces/bench/{kind}/hostile' for group, kinds in GROUPS.items() for kind in kinds] + [
    MAPS + '/x', MAPS + '/applied', MAPS + '/managed', PODS + '/x', PODS + '/applied', '/apis/rbac.authorization.k8s.io/v1/namespaces/bench/roles/x', '/apis/rbac.authorization.k8s.io/v1/namespaces/bench/rolebindings/x',
    '/apis/certificates.k8s.io/v1/certificatesigningrequests/hostile', '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/hostile',
    '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/hostile', DEFS + '/hs.example.com']
ANSWER = [b'']
TRIES = int(os.environ.get('SKIFF_HOSTILE_TRIES', 2))


def memory_kb(pid, key):
    for line in open(f'/proc/{pid}/status'):
        if line.startswith(key + ':'):
            return int(line.split()[1])


def settle(cluster):
    """Until what earlier requests left behind is done."""
    last = cluster.cpu_ms()
    for _ in range(50):
        time.sleep(0.1)
        now = cluster.cpu_ms()
        if now - last < 2:
            return
        last = now


def one(cluster, method, path, kind, body, headers):
    pid = cluster.process.pid
    connection = http.client.HTTPSConnection('127.0.0.1', PORT, context=cluster.tls(), timeout=60)
    connection.connect()
    settle(cluster)
    open(f'/proc/{pid}/clear_refs', 'w').write('5')
    before, resident = cluster.cpu_ms(), memory_kb(pid, 'VmRSS')
    code, size = 0, 0
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in {'Content-Type': kind, 'Accept': J, 'Content-Length': str(len(body)), **headers}.items():
            connection.putheader(name, value)
        connection.endheaders(body or None)
        answer = connection.getresponse()
        ANSWER[0] = answer.read()
        code, size = answer.status, len(ANSWER[0])
    except (OSError, http.client.HTTPException):
        pass
    spent, grown = cluster.cpu_ms() - before, memory_kb(pid, 'VmHWM') - resident
    connection.close()
    return code, size, spent, grown / 1024


def prepare(api, before):
    """Requests that come first; a definition is waited for until it is served."""
    for method, path, kind, body in before:
        api.connection.request(method, path, body, {'Content-Type': kind})
        answer = api.connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            print(f'    before: {method} {path}: {answer.status} {text[:200]!r}')
        if path == DEFS:
            served(api)


def served(api):
    for _ in range(200):
        api.connection.request('GET', '/apis/example.com/v1/hs?limit=1')
        answer = api.connection.getresponse()
        answer.read()
        if answer.status == 200:
            return
        time.sleep(0.05)


def clean(api):
    for path in MADE:
        api.call('DELETE', path)
    while api.call('GET', DEFS + '?fieldSelector=metadata.name=hs.example.com')['items']:
        time.sleep(0.05)


def alive(cluster, name):
    if cluster.process.poll() is not None:
        print(open(os.path.join(cluster.work, 'log')).read()[-1500:])
        sys.exit(f'{name}: the server has ended')


def label(cluster, path, created):
    """What was made is changed a little: the rules of updates look at all of it, beside what it was."""
    try:
        made = json.loads(created)['metadata']['name']
    except (ValueError, KeyError):
        return None
    return one(cluster, 'PATCH', f'{path.split("?")[0]}/{made}', 'application/merge-patch+json', b'{"metadata":{"labels":{"changed":"a-little"}}}', {})


def report(name, tries):
    counted[0] += 1
    code, size = tries[-1][0], tries[-1][1]
    spent, grown = min(t[2] for t in tries), max(t[3] for t in tries)
    over = spent > CPU_MS or grown > MIB or code in (0, 500)
    print(f'{name:<46} {code:>6} {size:>9} {spent:>8.1f} {grown:>7.1f}{"   over" if over else ""}', flush=True)
    if os.environ.get('SKIFF_HOSTILE_ANSWERS'):
        print('    ' + ANSWER[0][:300].decode(errors='replace').replace('\n', ' '))
    if over:
        missed.append(name)


missed, counted = [], [0]
with Cluster('hostile', ['--disable-agent'], ready=False) as cluster:
    cluster.namespace('bench')
    api = Api(cluster)
    api.call('POST', MAPS, config_map('victim', data={'a': 'x' * 250, 'large': 'x' * 100_000}))
    api.call('POST', PODS, {'metadata': {'name': 'victim'}, 'spec': {'nodeName': 'none', 'containers': [{'name': 'c', 'image': 'i', 'env': [{'name': f'E{i}', 'value': 'v'} for i in range(5_000)]}]}})
    for i in range(500):
        api.call('POST', MAPS, config_map(f'm{i}', data={'a': 'x'}))
    chosen = [one for one in cases if word in one[0]]
    print(f'{"request":<46} {"answer":>6} {"bytes":>9} {"CPU ms":>8} {"MiB":>7}')
    for name, method, path, kind, body, headers, before in chosen:
        tries, changes = [], []
        for _ in range(TRIES):
            prepare(api, before)
            tries.append(one(cluster, method, path, kind, body, headers))
            alive(cluster, name)
            if method == 'POST' and tries[-1][0] == 201:
                changes.append(label(cluster, path, ANSWER[0]))
                alive(cluster, name)
            if before or tries[-1][0] < 300:
                clean(api)
        report(name, tries)
        if changes and changes[-1]:
            report(name + ', then a label', changes)
print(f'{counted[0]} requests, {len(missed)} over the budget of {CPU_MS:.0f} ms and {MIB:.0f} MiB: ' + '; '.join(missed))
sys.exit(1 if missed else 0)
