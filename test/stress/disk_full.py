#!/usr/bin/env python3
"""The datastore's disk is full for a while: reads, lists, watches, leases and deletions go on, writes get an error that says to come back, and when there is space
again everything goes on by itself; what was acknowledged is there, also after a restart.

The data folder is a small tmpfs. usage: test/stress/disk_full.py [SECONDS]      (60)
"""
import json, os, sys, threading, time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../bench'))
from cluster import Api, Cluster, report, run

seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
MAPS = '/api/v1/namespaces/bench/configmaps'
LEASE = '/apis/coordination.k8s.io/v1/namespaces/bench/leases/l'
missed = []


def check(what, figure, budget, good):
    report(what, figure, budget)
    if not good:
        missed.append(what)


def answer(api, method, path, body=None, kind='application/json'):
    """(status, headers, object); never raises for an HTTP status."""
    api.connection.request(method, path, json.dumps(body) if body is not None else None, {'Content-Type': kind})
    got = api.connection.getresponse()
    return got.status, got.headers, json.loads(got.read())


cluster = Cluster('full', ['--disable-agent'], ready=False)
data = cluster.work + '/data'
os.mkdir(data)
run('mount', '-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', data)
try:
    with cluster:
        cluster.namespace('bench')
        api, made, seen = Api(cluster), [], []
        Api(cluster).watch('/apis/coordination.k8s.io/v1/namespaces/bench/leases', lambda kind, lease: seen.append(lease['metadata']['resourceVersion']))
        api.call('POST', LEASE.rsplit('/', 1)[0], {'metadata': {'name': 'l'}, 'spec': {'holderIdentity': 'a', 'leaseDurationSeconds': 40}})
        for i in range(200):
            api.call('POST', MAPS, {'metadata': {'name': f'before-{i}'}, 'data': {'a': 'x' * 1000}})
            made.append(f'before-{i}')
        with open(data + '/filler', 'wb', buffering=0) as filler:
            for size in (1 << 20, 4096):
                try:
                    while True:
                        filler.write(b'x' * size)
                except OSError:
                    pass
        # The reserve of the datastore may still carry some.
        n = accepted = refused = 0
        clear, deleted, renewals, reads = True, 0, 0, 0
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            n += 1
            code, headers, body = answer(api, 'POST', MAPS, {'metadata': {'name': f'during-{n}'}, 'data': {'a': 'x' * 20_000}})
            if code == 201:
                accepted += 1
                made.append(f'during-{n}')
            else:
                refused += 1
                clear = clear and code in (503, 507) and headers.get('Retry-After', '').isdigit() and 'disk is full' in body.get('message', '')
            renewals += answer(api, 'PATCH', LEASE, {'spec': {'holderIdentity': f'h{n}'}}, 'application/merge-patch+json')[0] == 200
            reads += answer(api, 'GET', f'{MAPS}/before-1')[0] == 200 and len([i for i in answer(api, 'GET', MAPS)[2]['items'] if i['metadata']['name'] != 'kube-root-ca.crt']) == len(made)
            if n % 10 == 0 and n < 1000:
                deleted += answer(api, 'DELETE', f'{MAPS}/before-{n // 10 + 50}')[0] == 200
                made.remove(f'before-{n // 10 + 50}')
                if n // 10 + 50 >= 198:
                    break
            time.sleep(0.1)
        check('rounds while the disk is full', str(n), '', n > 0)
        check('writes refused, accepted', f'{refused}, {accepted}', 'some refused', refused > n / 2)
        check('refusals are 503 or 507 with Retry-After', 'yes' if clear else 'no', 'yes', clear)
        check('reads and lists', str(reads), str(n), reads == n)
        check('renewals of a lease', str(renewals), str(n), renewals == n)
        check('of which the watch told', str(len(set(seen))), f'at least {renewals}', len(set(seen)) >= renewals)
        check('deletions', str(deleted), str(n // 10), deleted >= min(n // 10, 148))
        os.unlink(data + '/filler')
        began, healed = time.monotonic(), None
        while time.monotonic() - began < 20 and healed is None:
            if answer(api, 'POST', MAPS, {'metadata': {'name': f'after-{n}'}})[0] == 201:
                healed = time.monotonic() - began
                made.append(f'after-{n}')
            n += 1
            time.sleep(0.1)
        check('seconds until writes go on', f'{healed:.1f}' if healed is not None else 'never', '10', healed is not None and healed < 10)
        cluster.stop()
        cluster.start()
        there = {item['metadata']['name'] for item in Api(cluster).call('GET', MAPS)['items']}
        lost, back = set(made) - there, {name for name in there - set(made) if not name.startswith('kube-root')}
        check('acknowledged and lost after a restart', str(len(lost)), '0', not lost)
        check('deleted and back', str(len(back)), '0', not back)
finally:
    run('umount', '-l', data, check=False)
    run('rm', '-rf', cluster.work, check=False)
if missed:
    print('missed: ' + '; '.join(missed))
sys.exit(1 if missed else 0)
