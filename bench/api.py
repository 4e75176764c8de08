#!/usr/bin/env python3
"""Rates of the API, control plane alone, JSON over TLS: writes by 16 clients, gets, lists, patches, deletes, and the fan-out of a watch.

The clients are processes on the same cores; for each phase the server's CPU for one operation is told too, which a busy machine distorts less.
The CPU budgets are a fifth of what kube-apiserver 1.34.4 and etcd 3.6.8 spend for the same with 2 000 objects on a 2-core machine.
usage: bench/api.py [OBJECTS] [CLIENTS] [WATCHERS]      (2000, 16, 50)
"""
import multiprocessing, os, socket, sys, time
from cluster import PORT, Api, Cluster, percentile, report

objects = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
clients = int(sys.argv[2]) if len(sys.argv) > 2 else 16
watchers = int(sys.argv[3]) if len(sys.argv) > 3 else 50
PATH = '/api/v1/namespaces/bench/configmaps'


def connect(cluster):
    plain = socket.create_connection(('127.0.0.1', PORT))
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return cluster.tls().wrap_socket(plain)


def exchange(stream, request):
    """Sends bytes, reads one answer with a Content-Length or in chunks; returns (status, bytes read)."""
    stream.sendall(request)
    data = b''
    while b'\r\n\r\n' not in data:
        part = stream.recv(65536)
        if not part:
            raise OSError('closed')
        data += part
    head, body = data.split(b'\r\n\r\n', 1)
    low, size = head.lower(), len(body)
    if b'content-length:' in low:
        wanted = int(low.split(b'content-length:')[1].split(b'\r\n')[0])
        while size < wanted:
            size += len(stream.recv(1 << 20))
    else:
        tail = body[-5:]
        while tail[-5:] != b'0\r\n\r\n':
            part = stream.recv(1 << 20)
            size += len(part)
            tail = (tail + part)[-5:]
    return int(head[9:12]), size


def request(method, path, body=b'', kind='application/json'):
    return f'{method} {path} HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n'.encode() + body


def name_of(i):
    return f'object-{i:06}'


def make(i):
    return request('POST', PATH, f'{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{name_of(i)}","labels":{{"group":"g{i % 10}"}}}},"data":{{"key":"{"v" * 300}"}}}}'.encode())


PHASES = {
    'create': make,
    'get': lambda i: request('GET', f'{PATH}/{name_of(i)}'),
    'patch': lambda i: request('PATCH', f'{PATH}/{name_of(i)}', b'{"data":{"other":"1"}}', 'application/merge-patch+json'),
    'apply': lambda i: request('PATCH', f'{PATH}/{name_of(i)}?fieldManager=bench', f'{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"{name_of(i)}"}},"data":{{"applied":"1"}}}}'.encode(), 'application/apply-patch+yaml'),
    'list of all': lambda i: request('GET', PATH),
    'list by label, a tenth': lambda i: request('GET', f'{PATH}?labelSelector=group%3Dg{i % 10}'),
    'delete': lambda i: request('DELETE', f'{PATH}/{name_of(i)}'),
}


CPU_BUDGET_US = {'create': 191, 'get': 88, 'patch': 251, 'apply': 288, 'list of all': 4000, 'list by label, a tenth': 860, 'delete': 201}


def worker(cluster, phase, numbers, start, failures):
    stream, build = connect(cluster), PHASES[phase]
    prepared = [build(i) for i in numbers]
    start.wait()
    for text in prepared:
        if exchange(stream, text)[0] >= 400:
            failures.value += 1


def phase(cluster, name, count, budget=''):
    start, failures = multiprocessing.Barrier(clients + 1), multiprocessing.Value('i', 0)
    workers = [multiprocessing.Process(target=worker, args=(cluster, name, range(n, count, clients), start, failures)) for n in range(clients)]
    for w in workers:
        w.start()
    start.wait()
    began, cpu = time.monotonic(), cluster.cpu_seconds()
    for w in workers:
        w.join()
    passed = time.monotonic() - began
    report(f'{name} /s, {clients} clients', f'{count / passed:.0f}', budget)
    report('  CPU of the server for one', f'{(cluster.cpu_seconds() - cpu) / count * 1e6:.0f} us', f'{CPU_BUDGET_US[name]} us')
    if failures.value:
        report('  failed', str(failures.value), '0')


def listener(cluster, ready, wanted, done):
    stream = connect(cluster)
    stream.sendall(request('GET', PATH + '?watch=1&resourceVersion=0&labelSelector=fan%3Dout'))
    ready.wait()
    data, count, delays = b'', 0, []
    while count < wanted:
        data += stream.recv(1 << 16)
        now = time.time()
        pieces = data.split(b'"sent":"')
        for piece in pieces[1:]:
            if len(piece) < 20:
                break
            delays.append(now - float(piece[:17]))
            count += 1
        data = data[-400:] if count == 0 else (b'"sent":"' + pieces[-1] if len(pieces[-1]) < 20 and len(pieces) > 1 else data[-7:])
    done.put(delays)


def fan_out(cluster, count=200):
    ready, done = multiprocessing.Barrier(watchers + 1), multiprocessing.Queue()
    listeners = [multiprocessing.Process(target=listener, args=(cluster, ready, count, done), daemon=True) for _ in range(watchers)]
    for one in listeners:
        one.start()
    ready.wait()
    time.sleep(1)
    stream = connect(cluster)
    began, cpu = time.monotonic(), cluster.cpu_seconds()
    for i in range(count):
        exchange(stream, request('POST', PATH, f'{{"metadata":{{"name":"fan-{i}","labels":{{"fan":"out"}}}},"data":{{"sent":"{time.time():017.6f}xxx"}}}}'.encode()))
    delays = [delay for _ in listeners for delay in done.get(timeout=120)]
    passed = time.monotonic() - began
    report(f'watch events/s, {watchers} watchers', f'{len(delays) / passed:.0f}')
    report('  delay: median, 99 %', f'{percentile(delays, .5) * 1000:.1f}, {percentile(delays, .99) * 1000:.1f} ms', '5 ms')
    report('  CPU of the server for one event', f'{(cluster.cpu_seconds() - cpu) / len(delays) * 1e6:.0f} us')


multiprocessing.set_start_method('fork')
with Cluster('api', ['--disable-agent'], ready=False) as cluster:
    cluster.namespace('bench')
    time.sleep(1)
    phase(cluster, 'create', objects, '5800')
    phase(cluster, 'get', objects)
    phase(cluster, 'list of all', 200)
    phase(cluster, 'list by label, a tenth', 1000)
    phase(cluster, 'patch', objects)
    phase(cluster, 'apply', objects)
    fan_out(cluster)
    phase(cluster, 'delete', objects)
    report('server resident after that', f'{cluster.memory_mb()[0]:.1f} MB')
