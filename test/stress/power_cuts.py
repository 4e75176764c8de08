#!/usr/bin/env python3
"""Power cuts: the datastore stands on an ext4 of its own in a file; while several clients write, the file system is shut down without its log being flushed
(EXT4_IOC_SHUTDOWN), so that everything that was not synced is gone; then it is mounted again and the server started on it.

Each acknowledged write is there with its revision, no revision is given twice, and a watch goes on from a revision of before the cut.
usage: test/stress/power_cuts.py [CUTS]      (10). Needs root, loop devices, mkfs.ext4.
"""
import ctypes, fcntl, json, os, random, signal, struct, sys, threading, time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../bench'))
from cluster import Api, Cluster, report, run

cuts = int(sys.argv[1]) if len(sys.argv) > 1 else 10
MAPS = '/api/v1/namespaces/bench/configmaps'
SHUTDOWN, NO_LOG_FLUSH, WRITERS = 0x8004587d, 2, 4
acknowledged, last = {}, {}      # name: revision of its creation; name: (revision, text) of its last acknowledged change
lock = threading.Lock()


def mount():
    run('mount', '-o', 'loop', image, data)


def cut():
    folder = os.open(data, os.O_RDONLY)
    fcntl.ioctl(folder, SHUTDOWN, struct.pack('I', NO_LOG_FLUSH))
    os.close(folder)


def write(number, round_number):
    """Creates and changes until the server is gone; notes what was acknowledged only."""
    try:
        api, n, mine = Api(cluster), 0, []
        while True:
            n += 1
            if n % 3 == 0:
                name, text = random.choice(mine), f'{round_number}-{number}-{n}'
                with lock:
                    last[name] = None          # under way: either text may be there
                made = api.call('PATCH', f'{MAPS}/{name}', {'data': {'text': text}}, 'application/merge-patch+json')
            else:
                name, text = f'w{number}-{round_number}-{n}', 'x' * random.choice((10, 1000, 20_000))
                made = api.call('POST', MAPS, {'metadata': {'name': name}, 'data': {'text': text}})
                mine.append(name)
            revision = int(made['metadata']['resourceVersion'])
            with lock:
                if name not in acknowledged:
                    acknowledged[name] = revision
                assert revision not in revisions, f'revision {revision} was given twice'
                revisions.add(revision)
                last[name] = (revision, text)
    except AssertionError as why:
        problems.append(str(why))
    except Exception:
        pass                                   # the cut


def watch_from(revision):
    """Names that a watch from the revision tells of within a second, or its error."""
    api = Api(cluster)
    api.connection.request('GET', f'{MAPS}?watch=1&resourceVersion={revision}&timeoutSeconds=1')
    names = set()
    for line in api.connection.getresponse():
        event = json.loads(line)
        if event['type'] == 'ERROR':
            return event['object']['message']
        names.add(event['object']['metadata']['name'])
    return names


def look(number):
    there = {item['metadata']['name']: item for item in Api(cluster).call('GET', MAPS)['items']}
    for name in acknowledged:
        if name not in there:
            problems.append(f'cut {number}: {name} was acknowledged and is lost')
    for name, known in last.items():
        if known and name in there and (there[name]['metadata']['resourceVersion'], there[name]['data']['text']) != (str(known[0]), known[1]):
            problems.append(f'cut {number}: {name} is not as acknowledged at revision {known[0]}')
    fresh = int(Api(cluster).call('POST', MAPS, {'metadata': {'name': f'after-{number}'}})['metadata']['resourceVersion'])
    if revisions and fresh <= max(revisions):
        problems.append(f'cut {number}: revision {fresh} after {max(revisions)}')
    revisions.add(fresh)
    if mark:
        told = watch_from(mark)
        missing = told if isinstance(told, str) else {name for name, revision in acknowledged.items() if revision > mark} - told
        if missing:
            problems.append(f'cut {number}: a watch from {mark} does not tell of {missing if isinstance(missing, str) else sorted(missing)[:5]}')


revisions, problems, mark, slowest = set(), [], 0, 0.0
# Mounts of its own: a container that somebody starts meanwhile would else keep the dead file system alive.
if ctypes.CDLL(None, use_errno=True).unshare(0x20000) != 0:
    raise OSError(ctypes.get_errno(), 'unshare')
run('mount', '--make-rprivate', '/')
cluster = Cluster('cuts', ['--disable-agent'], ready=False)
image, data = cluster.work + '/disk', cluster.work + '/data'
os.mkdir(data)
with open(image, 'wb') as file:
    file.truncate(256 << 20)
run('mkfs.ext4', '-q', '-F', image)
mount()
try:
    with cluster:
        cluster.namespace('bench')
        for number in range(1, cuts + 1):
            writers = [threading.Thread(target=write, args=(i, number)) for i in range(WRITERS)]
            for one in writers:
                one.start()
            time.sleep(random.uniform(0.1, 0.6))
            mark = max(revisions, default=0)
            time.sleep(random.uniform(0.02, 0.2))
            cut()
            cluster.stop(signal.SIGKILL)
            for one in writers:
                one.join()
            run('umount', data)
            mount()
            slowest = max(slowest, cluster.start())
            look(number)
            if problems:
                break
finally:
    run('umount', '-l', data, check=False)
    run('rm', '-rf', cluster.work, check=False)
report('power cuts', str(number))
report('acknowledged writes', str(len(revisions)))
report('lost, changed or out of order', str(len(problems)), '0')
report('slowest start after a cut', f'{slowest * 1000:.0f} ms')
print('\n'.join(problems[:10]))
sys.exit(1 if problems or not revisions else 0)
