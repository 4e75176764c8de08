#!/usr/bin/env python3
"""Clients that are slow or come in floods, all from one address: half-open handshakes, headers and bodies that never end, lists and watches that nobody reads,
more connections than there may be. Meanwhile somebody at another address connects anew and gets an object, again and again; the server's memory is bounded.

usage: test/stress/slow_clients.py [PART]      (1; 4: a quarter of all numbers, for a short run)
"""
import http.client, json, os, resource, socket, ssl, sys, threading, time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../bench'))
from cluster import PORT, Api, Cluster, percentile, report

part = int(sys.argv[1]) if len(sys.argv) > 1 else 1
MAPS = '/api/v1/namespaces/bench/configmaps'
PROBE_MS, RSS_MB = float(os.environ.get('SKIFF_PROBE_MS', 1000)), 256
missed = []


def check(what, figure, budget, good):
    report(what, figure, budget)
    if not good:
        missed.append(what)


def plain():
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.bind(('127.0.0.2', 0))
    made.settimeout(30)
    made.connect(('127.0.0.1', PORT))
    return made


def secure():
    return tls.wrap_socket(plain())


def send_some(connection, data):
    """What the server takes; it may have closed."""
    try:
        connection.sendall(data)
    except OSError:
        pass
    return connection


class Probe:
    """Connects, gets, closes, until told to end."""

    def __enter__(self):
        self.times, self.failed, self.on = [], [], True
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        return self

    def run(self):
        while self.on:
            began = time.monotonic()
            try:
                api = Api(cluster)
                api.connection.timeout = 20
                api.call('GET', MAPS + '/c1')
                api.connection.close()
                self.times.append(time.monotonic() - began)
            except (OSError, RuntimeError, http.client.HTTPException) as why:
                self.failed.append(repr(why))
            time.sleep(0.05)

    def __exit__(self, *_):
        self.on = False
        self.thread.join()


def attack(title, make, count, stay=3.0):
    """Makes count connections by make(i), holds them a while, closes them."""
    count //= part
    before, held = cluster.memory_mb()[0], []
    start = min(before, rest)
    with Probe() as probe:
        for i in range(count):
            try:
                held.append(make(i))
            except OSError:
                pass
        peak = cluster.memory_mb()[0]
        end = time.monotonic() + stay
        while time.monotonic() < end:
            peak = max(peak, cluster.memory_mb()[0])
            time.sleep(0.2)
    for one in held:
        one.close()
    print(f'-- {title}: {len(held)} of {count} connections')
    check('connect and get: median, 99 %', f'{percentile(probe.times, .5) * 1000:.0f}, {percentile(probe.times, .99) * 1000:.0f} ms', f'{PROBE_MS:.0f} ms', bool(probe.times) and percentile(probe.times, .99) * 1000 <= PROBE_MS)
    check(f'of {len(probe.times) + len(probe.failed)} failed', f'{len(probe.failed)} {probe.failed[:1]}' if probe.failed else '0', '0', not probe.failed)
    check('resident memory has grown by', f'{peak - start:.0f} MB', f'{RSS_MB} MB', peak - start <= RSS_MB)
    check('the server lives', 'yes' if cluster.process.poll() is None else 'no', 'yes', cluster.process.poll() is None)


def unread(path):
    def make(_):
        connection = secure()
        send_some(connection, f'GET {path} HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\n\r\n'.encode())
        return connection
    return make


def updates(count):
    api = Api(cluster)
    for i in range(count):
        api.call('PATCH', f'{MAPS}/c{i % 50}', {'data': {'a': str(i) + 'x' * 20_000}}, 'application/merge-patch+json')


with Cluster('slow', ['--disable-agent'], ready=False) as cluster:
    tls = cluster.tls()
    cluster.namespace('bench')
    api = Api(cluster)
    for i in range(400):
        api.call('POST', MAPS, {'metadata': {'name': f'c{i}'}, 'data': {'a': 'x' * 5000}})
    rest = cluster.memory_mb()[0]
    files = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files[1], files[1]))
    most = int(open(f'/proc/{cluster.process.pid}/limits').read().split('Max open files')[1].split()[0])
    attack('half-open handshakes', lambda i: plain(), 3000)
    attack('bytes that are no handshake', lambda i: send_some(plain(), b'\x16\x03\x01\xff\xff' + b'x' * 2000), 1000)
    attack('headers without an end', lambda i: send_some(secure(), b'GET / HTTP/1.1\r\nHost: x\r\nX-Long: ' + b'x' * 900_000), 800)
    attack('bodies without an end', lambda i: send_some(secure(), f'POST {MAPS} HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n'.encode() + b'x' * 2_900_000), 400)
    attack('lists that nobody reads', unread(MAPS), 600, 5)
    writer = threading.Thread(target=updates, args=(3000 // part,))
    writer.start()
    attack('watches that nobody reads', unread(MAPS + '?watch=1'), 300, 10)
    writer.join()
    if files[1] >= most * 3 // 4 + 500 and part == 1:
        attack('more connections than there may be', lambda i: plain(), most * 3 // 4 + 400)
    else:
        print(f'-- more connections than there may be: not run, this process may open {files[1]} files and the server {most}')
    time.sleep(1)
    report('resident memory at the end', f'{cluster.memory_mb()[0]:.0f} MB')
if missed:
    print('missed: ' + '; '.join(missed))
sys.exit(1 if missed else 0)
