"""What every benchmark here starts from: a server in a network namespace of its own, and small clients of its API. Python's standard library only.

    with Cluster("pods") as cluster: ...        starts `skiff server`, waits until the node is Ready, takes everything down at the end,
                                            also after SIGTERM, SIGHUP or an error on the way

SKIFF names the executable (default build/release/skiff). Needs root and runc.
"""
import atexit, base64, ctypes, glob, http.client, json, os, re, shutil, signal, ssl, subprocess, sys, tempfile, threading, time

TOP = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
SKIFF = os.path.realpath(os.environ.get('SKIFF', os.path.join(TOP, 'build/release/skiff')))
PORT = 6443


def report(what, figure, budget=''):
    print(f'{what:<46} {figure:>16}   {"budget " + budget if budget else ""}'.rstrip(), flush=True)


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))] if values else float('nan')


def run(*args, check=True):
    return subprocess.run(args, check=check, capture_output=True, text=True).stdout


class Api:
    """One connection; blocking. Not for several threads."""

    def __init__(self, cluster):
        self.connection = http.client.HTTPSConnection('127.0.0.1', PORT, context=cluster.tls(), timeout=300)

    def call(self, method, path, body=None, kind='application/json'):
        self.connection.request(method, path, json.dumps(body) if body is not None else None, {'Content-Type': kind})
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 400 and not (method == 'DELETE' and answer.status == 404):
            raise RuntimeError(f'{method} {path}: {answer.status} {text[:300]!r}')
        return json.loads(text)

    def watch(self, path, heard):
        """Calls heard(type, object) for each event, on a thread of its own."""
        self.connection.request('GET', path + ('&' if '?' in path else '?') + 'watch=1')
        answer = self.connection.getresponse()

        def listen():
            while True:
                try:
                    line = answer.readline()
                except OSError:
                    return
                if not line:
                    return
                event = json.loads(line)
                heard(event['type'], event['object'])
        threading.Thread(target=listen, daemon=True).start()


class Cluster:
    def __init__(self, name, flags=(), ready=True):
        self.name = f'skiff-{name}-{os.getpid()}'
        self.work = tempfile.mkdtemp(prefix=f'/tmp/{self.name}.')
        os.chmod(self.work, 0o711)
        self.state = os.path.join(self.work, self.name)
        self.flags, self.process, self.ready, self.removed = list(flags), None, ready, False
        for ending in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(ending, lambda number, _: sys.exit(128 + number))
        atexit.register(self.remove)
        # Threads of this process stay in the namespace that it enters here.
        run('ip', 'netns', 'add', self.name)
        with open(f'/run/netns/{self.name}') as namespace:
            if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), 0) != 0:
                raise OSError(ctypes.get_errno(), 'setns')
        for words in ('link set lo up', 'link add up0 type veth peer name up1', 'addr add 192.0.2.1/24 dev up0', 'link set up0 up', 'link set up1 up',
                      'route add default via 192.0.2.254 dev up0'):
            run('ip', *words.split())

    def __enter__(self):
        self.start()
        return self

    def start(self):
        """Starts the server; returns the seconds until the node is Ready."""
        began = time.monotonic()
        log = open(os.path.join(self.work, 'log'), 'ab')
        self.process = subprocess.Popen([SKIFF, 'server', '--data-dir', self.work + '/data', '--state-dir', self.state, '--write-kubeconfig', self.work + '/kubeconfig',
                                         '--node-name', 'node1', *self.flags], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        while time.monotonic() - began < 60:
            try:
                if not self.ready:
                    Api(self).call('GET', '/version')
                    return time.monotonic() - began
                node = Api(self).call('GET', '/api/v1/nodes/node1')
                if any(c['type'] == 'Ready' and c['status'] == 'True' for c in node.get('status', {}).get('conditions', [])):
                    return time.monotonic() - began
            except (OSError, RuntimeError, http.client.HTTPException):
                pass
            if self.process.poll() is not None:
                break
            time.sleep(0.005)
        raise SystemExit('the server did not become ready:\n' + open(os.path.join(self.work, 'log')).read()[-3000:])

    def stop(self, how=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(30)

    def __exit__(self, *_):
        self.remove()

    def remove(self):
        if self.removed:
            return
        self.removed = True
        for ending in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(ending, signal.SIG_IGN)
        self.stop()
        run(SKIFF, 'killall', '--data-dir', self.work + '/data', '--state-dir', self.state, '--grace', '0', check=False)
        run('ip', 'netns', 'del', self.name, check=False)
        shutil.rmtree(self.work, ignore_errors=True)

    def tls(self):
        """Trusts the server's CA and shows the administrator's certificate, both from the kubeconfig."""
        text = open(self.work + '/kubeconfig').read()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        part = {key: base64.b64decode(re.search(key + r': (\S+)', text).group(1)) for key in ('certificate-authority-data', 'client-certificate-data', 'client-key-data')}
        context.load_verify_locations(cadata=part['certificate-authority-data'].decode())
        pair = os.path.join(self.work, 'admin.pem')
        if not os.path.exists(pair):
            with open(pair + '.new', 'wb', opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
                file.write(part['client-certificate-data'] + part['client-key-data'])
            os.rename(pair + '.new', pair)
        context.load_cert_chain(pair)
        return context

    def namespace(self, name):
        api = Api(self)
        api.call('POST', '/api/v1/namespaces', {'metadata': {'name': name}})
        for _ in range(200):
            try:
                api.call('GET', f'/api/v1/namespaces/{name}/serviceaccounts/default')
                return name
            except RuntimeError:
                time.sleep(0.05)
        raise SystemExit('no default service account')

    # --- what the server's process costs -------------------------------------------------------------------------------------------------

    def cpu_seconds(self):
        fields = open(f'/proc/{self.process.pid}/stat').read().rsplit(')', 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')

    def cpu_ms(self):
        """The same from the scheduler's own clocks, fine enough for one request; a thread that has ended is not in it."""
        total = 0
        for path in glob.glob(f'/proc/{self.process.pid}/task/*/schedstat'):
            try:
                total += int(open(path).read().split()[0])
            except OSError:
                pass
        return total / 1e6

    def memory_mb(self, pid=None):
        """(resident, proportional) of a process."""
        text = open(f'/proc/{pid or self.process.pid}/smaps_rollup').read()
        return tuple(int(re.search(rf'^{key}:\s+(\d+)', text, re.M).group(1)) / 1024 for key in ('Rss', 'Pss'))

    def monitors(self):
        pids = []
        for path in glob.glob('/proc/[0-9]*/cmdline'):
            try:
                words = open(path, 'rb').read().split(b'\0')
            except OSError:
                continue
            if len(words) > 3 and words[1] == b'monitor' and words[3].startswith(self.state.encode()):
                pids.append(int(path.split('/')[2]))
        return pids

    def wakeups(self):
        total = 0
        for path in glob.glob(f'/proc/{self.process.pid}/task/*/status'):
            try:
                total += int(re.search(r'^voluntary_ctxt_switches:\s+(\d+)', open(path).read(), re.M).group(1))
            except OSError:
                pass
        return total

    def written_bytes(self):
        return int(re.search(r'^write_bytes: (\d+)', open(f'/proc/{self.process.pid}/io').read(), re.M).group(1))


def pod(name, image='skiff/hello', **spec):
    return {'metadata': {'name': name, 'labels': {'app': 'bench'}},
            'spec': {'terminationGracePeriodSeconds': 0, 'containers': [{'name': 'c', 'image': image, 'imagePullPolicy': 'IfNotPresent',
                                                                         'resources': {'requests': {'memory': '4Mi', 'cpu': '1m'},
                                                                                       'limits': {'memory': '32Mi', 'cpu': '100m'}}}], **spec}}
