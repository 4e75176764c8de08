#!/usr/bin/env python3
"""Pod start: from the create request to phase Running as a watcher sees it, one at a time and in a burst; deletion; memory with 30 pods.

usage: bench/pods.py [SEQUENTIAL] [BURST]      (20 and 50)
"""
import sys, threading, time
from cluster import Api, Cluster, percentile, pod, report

one_by_one = int(sys.argv[1]) if len(sys.argv) > 1 else 20
burst = int(sys.argv[2]) if len(sys.argv) > 2 else 50


class Seen:
    def __init__(self):
        self.running, self.gone, self.changed = {}, {}, threading.Condition()

    def hear(self, kind, item):
        now = time.monotonic()
        with self.changed:
            if item.get('status', {}).get('phase') == 'Running':
                self.running.setdefault(item['metadata']['name'], now)
            if kind == 'DELETED':
                self.gone.setdefault(item['metadata']['name'], now)
            self.changed.notify_all()

    def wait(self, when, names, limit=120):
        with self.changed:
            if not self.changed.wait_for(lambda: all(n in when for n in names), limit):
                raise SystemExit(f'{sum(n not in when for n in names)} of {len(names)} pods did not get there')


with Cluster('pods') as cluster:
    time.sleep(2)
    path = '/api/v1/namespaces/%s/pods' % cluster.namespace('bench')
    seen, api = Seen(), Api(cluster)
    Api(cluster).watch(path, seen.hear)
    starts, ends = [], []
    for i in range(one_by_one + 1):
        name, began = f'one-{i}', time.monotonic()
        api.call('POST', path, pod(name))
        seen.wait(seen.running, [name])
        starts.append(seen.running[name] - began)
        began = time.monotonic()
        api.call('DELETE', f'{path}/{name}')
        seen.wait(seen.gone, [name])
        ends.append(seen.gone[name] - began)
    starts, ends = starts[1:], ends[1:]   # the first one warms the caches
    report(f'pod start alone, median of {one_by_one}', f'{percentile(starts, .5) * 1000:.0f} ms', '150 ms')
    report('  slowest', f'{max(starts) * 1000:.0f} ms')
    report('pod deletion alone, median', f'{percentile(ends, .5) * 1000:.0f} ms')
    names = [f'burst-{i}' for i in range(burst)]
    began, cpu = time.monotonic(), cluster.cpu_seconds()
    for name in names:
        api.call('POST', path, pod(name))
    seen.wait(seen.running, names)
    report(f'burst of {burst}: all Running after', f'{max(seen.running[n] for n in names) - began:.2f} s', '5 s')
    report('  median', f'{percentile([seen.running[n] - began for n in names], .5) * 1000:.0f} ms')
    report('  CPU of the server for one pod', f'{(cluster.cpu_seconds() - cpu) / burst * 1000:.1f} ms')
    for name in names[30:]:
        api.call('DELETE', f'{path}/{name}')
    seen.wait(seen.gone, names[30:])
    time.sleep(10)
    rss, pss = cluster.memory_mb()
    shares = [cluster.memory_mb(pid) for pid in cluster.monitors()]
    report('server resident with 30 pods', f'{rss:.1f} MB')
    report(f'  and {len(shares)} monitors, proportional', f'{sum(s[1] for s in shares):.1f} MB', '1 MB private each')
    began = time.monotonic()
    for name in names[:30]:
        api.call('DELETE', f'{path}/{name}')
    seen.wait(seen.gone, names[:30])
    report('30 pods deleted after', f'{time.monotonic() - began:.2f} s')
