#!/usr/bin/env python3
"""A node that does nothing: size of the executable, time to Ready, memory, CPU, wake-ups, bytes written.

usage: bench/node.py [SECONDS]      how long the idle node is watched (60)
"""
import os, statistics, sys, time
from cluster import SKIFF, Cluster, report

seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
report('executable', f'{os.path.getsize(SKIFF) / 1e6:.1f} MB', '20 MB')
cluster = Cluster('node')
try:
    report('first start to Ready', f'{cluster.start() * 1000:.0f} ms', '3000 ms')
    time.sleep(2)
    warm = []
    for _ in range(5):
        began = time.monotonic()
        cluster.stop()
        stopped = time.monotonic() - began
        warm.append(cluster.start())
    report('warm start to Ready, median of 5', f'{statistics.median(warm) * 1000:.0f} ms', '1000 ms')
    report('stop on SIGTERM', f'{stopped * 1000:.0f} ms', '2000 ms')
    time.sleep(15)   # images imported, lists settled
    rss, pss = cluster.memory_mb()
    report('resident, idle', f'{rss:.1f} MB', '64 MB')
    report('proportional, idle', f'{pss:.1f} MB')
    cpu, wakeups, written, began = cluster.cpu_seconds(), cluster.wakeups(), cluster.written_bytes(), time.monotonic()
    time.sleep(seconds)
    passed = time.monotonic() - began
    report(f'idle CPU over {seconds} s, of a core here', f'{(cluster.cpu_seconds() - cpu) / passed * 100:.2f} %', '0.5 % of a Pi 4 core')
    report('wake-ups a second', f'{(cluster.wakeups() - wakeups) / passed:.1f}', '20')
    report('written to disk a day, at this rate', f'{(cluster.written_bytes() - written) / passed * 86400 / 1e6:.0f} MB', '20 MB')
    report('resident after that', f'{cluster.memory_mb()[0]:.1f} MB', '64 MB')
finally:
    cluster.__exit__()
