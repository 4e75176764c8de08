#!/usr/bin/env python3
"""Scheduling on many nodes that exist only as objects: pods that wait for the nodes, from the first node to the last binding as a watcher
sees it; then pods at a steady rate, from before each creation to its binding.

usage: bench/schedule.py [NODES] [PODS]      (100 and 2000)
"""
import sys, threading, time
from cluster import Api, Cluster, pod, report

nodes = int(sys.argv[1]) if len(sys.argv) > 1 else 100
pods = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
RATE, RATE_SECONDS, CLIENTS = 500, 4, 8


def node(i):
    quantities = {'cpu': '32', 'memory': '256Gi', 'pods': '250'}
    return {'metadata': {'name': f'fake-{i}', 'labels': {'kubernetes.io/hostname': f'fake-{i}', 'topology.kubernetes.io/zone': f'zone-{i % 3}'}},
            'status': {'capacity': quantities, 'allocatable': quantities, 'conditions': [{'type': 'Ready', 'status': 'True'}]}}


with Cluster('schedule', ['--disable-agent'], ready=False) as cluster:
    path, api = '/api/v1/namespaces/%s/pods' % cluster.namespace('bench'), Api(cluster)
    bound, changed = {}, threading.Condition()

    def hear(_, item):
        if item['spec'].get('nodeName'):
            with changed:
                bound.setdefault(item['metadata']['name'], time.monotonic())
                if len(bound) >= pods:
                    changed.notify_all()

    Api(cluster).watch(path, hear)
    for i in range(pods):
        api.call('POST', path, pod(f'p-{i}'))
    time.sleep(11)   # no node fits: all wait, and their back-off of at most 10 s passes
    began, cpu = time.monotonic(), cluster.cpu_seconds()
    for i in range(nodes):
        api.call('POST', '/api/v1/nodes', node(i))
    with changed:
        if not changed.wait_for(lambda: len(bound) == pods, 120):
            raise SystemExit(f'{pods - len(bound)} of {pods} pods were not scheduled')
    passed = max(bound.values()) - began
    report(f'pods scheduled /s, {pods} on {nodes} nodes', f'{pods / passed:.0f}', '3760')
    report('  CPU of the server for one, with the nodes', f'{(cluster.cpu_seconds() - cpu) / pods * 1e6:.0f} us')
    counts = {}
    for item in api.call('GET', path)['items']:
        counts[item['spec']['nodeName']] = counts.get(item['spec']['nodeName'], 0) + 1
    report('  pods of the fullest and the emptiest node', f'{max(counts.values())}, {min(counts.values()) if len(counts) == nodes else 0}')

    # At a steady rate, whatever the answers take: each client has its share of the instants.
    sent, start = {}, time.monotonic() + 0.5

    def create(client):
        mine = Api(cluster)
        for i in range(client, RATE * RATE_SECONDS, CLIENTS):
            time.sleep(max(0, start + i / RATE - time.monotonic()))
            sent[f'r-{i}'] = time.monotonic()
            mine.call('POST', path, pod(f'r-{i}'))

    clients = [threading.Thread(target=create, args=(i,)) for i in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    with changed:
        if not changed.wait_for(lambda: len(bound) == pods + len(sent), 60):
            raise SystemExit(f'{pods + len(sent) - len(bound)} of {len(sent)} pods were not scheduled')
    waits = sorted(bound[name] - at for name, at in sent.items())
    report(f'create to bound at {RATE} pods/s, median', f'{waits[len(waits) // 2] * 1e3:.1f} ms')
    report('  99 of 100', f'{waits[len(waits) * 99 // 100] * 1e3:.1f} ms', '50 ms')
