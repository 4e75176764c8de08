// The official JavaScript client against a running cluster: one function a thing; the first that fails ends it.
import * as k8s from '@kubernetes/client-node';
import { PassThrough } from 'node:stream';
import process from 'node:process';

const ns = 'client-javascript';
const config = new k8s.KubeConfig();
config.loadFromFile(process.env.KUBECONFIG);
const core = config.makeApiClient(k8s.CoreV1Api);
const apps = config.makeApiClient(k8s.AppsV1Api);
const crds = config.makeApiClient(k8s.ApiextensionsV1Api);
const custom = config.makeApiClient(k8s.CustomObjectsApi);
const objects = k8s.KubernetesObjectApi.makeApiClient(config);

function expect(what, got, wanted) {
  if (JSON.stringify(got) !== JSON.stringify(wanted)) throw new Error(`${what}: got ${JSON.stringify(got)}, not ${JSON.stringify(wanted)}`);
}

async function failsWith(code, call) {
  try {
    await call();
  } catch (e) {
    expect('status of an error', e.code, code);
    return e;
  }
  throw new Error(`should have failed with ${code}`);
}

async function until(what, seconds, check) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await new Promise((r) => setTimeout(r, 100))) {
    const found = await check();
    if (found) return found;
  }
  throw new Error(`waited in vain for: ${what}`);
}

const patchOf = (strategy) => k8s.setHeaderOptions('Content-Type', strategy);
const collected = () => {
  const stream = new PassThrough();
  stream.text = '';
  stream.on('data', (chunk) => (stream.text += chunk));
  return stream;
};
const helloSpec = () => ({ terminationGracePeriodSeconds: 1, containers: [{ name: 'hello', image: 'skiff/hello', ports: [{ containerPort: 8080 }] }] });

async function objectsAndPatches() {
  const made = await core.createNamespacedConfigMap({ namespace: ns, body: { metadata: { name: 'one', labels: { a: '1' } }, data: { k: 'v' } } });
  expect('a time', made.metadata.creationTimestamp instanceof Date, true);
  await failsWith(409, () => core.createNamespacedConfigMap({ namespace: ns, body: { metadata: { name: 'one' } } }));
  await failsWith(404, () => core.readNamespacedConfigMap({ namespace: ns, name: 'none' }));
  expect('list', (await core.listNamespacedConfigMap({ namespace: ns, labelSelector: 'a=1' })).items.length, 1);
  const name = { namespace: ns, name: 'one' };
  const merged = await core.patchNamespacedConfigMap({ ...name, body: { data: { k: null, n: '2' } } }, patchOf(k8s.PatchStrategy.MergePatch));
  expect('merge patch', merged.data, { n: '2' });
  const added = await core.patchNamespacedConfigMap({ ...name, body: [{ op: 'add', path: '/data/j', value: '3' }] }, patchOf(k8s.PatchStrategy.JsonPatch));
  expect('JSON patch', added.data.j, '3');
  const mine = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'applied', namespace: ns }, data: { a: '1' } };
  const apply = (manager, force, data) =>
    core.patchNamespacedConfigMap({ namespace: ns, name: 'applied', fieldManager: manager, force, body: { ...mine, data } }, patchOf(k8s.PatchStrategy.ServerSideApply));
  await apply('one', undefined, { a: '1' });
  await failsWith(409, () => apply('two', undefined, { a: '2' }));
  expect('forced apply', (await apply('two', true, { a: '2' })).data, { a: '2' });
  const generic = await objects.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'generic', namespace: ns }, stringData: { p: 'q' } });
  expect('generic create', generic.data, { p: 'cQ==' });
  expect('generic read', (await objects.read({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'generic', namespace: ns } })).data, { p: 'cQ==' });
  await objects.delete({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'generic', namespace: ns } });
}

async function deployments() {
  await apps.createNamespacedDeployment({ namespace: ns, body: { metadata: { name: 'web' }, spec: { replicas: 1, selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: helloSpec() } } } });
  const name = { namespace: ns, name: 'web' };
  const patched = await apps.patchNamespacedDeployment({ ...name, body: { spec: { template: { spec: { containers: [{ name: 'hello', env: [{ name: 'A', value: '1' }] }] } } } } },
    patchOf(k8s.PatchStrategy.StrategicMergePatch));
  expect('strategic patch', patched.spec.template.spec.containers.map((c) => c.image), ['skiff/hello']);
  await until('an update of the scale', 20, async () => {
    const scale = await apps.readNamespacedDeploymentScale(name);
    scale.spec.replicas = 2;
    return apps.replaceNamespacedDeploymentScale({ ...name, body: scale }).catch((e) => e.code !== 409 && Promise.reject(e));
  });
  await until('two ready replicas', 60, async () => {
    const { status } = await apps.readNamespacedDeploymentStatus(name);
    return status.readyReplicas === 2 && status.updatedReplicas === 2;
  });
  await apps.deleteNamespacedDeployment({ ...name, propagationPolicy: 'Foreground' });
  await until('the end of its pods', 60, async () => (await core.listNamespacedPod({ namespace: ns, labelSelector: 'app=web' })).items.length === 0);
}

async function watches() {
  const path = `/api/v1/namespaces/${ns}/configmaps`;
  const first = await core.listNamespacedConfigMap({ namespace: ns });
  const seen = [];
  let ended;
  const end = new Promise((resolve) => (ended = resolve));
  const request = await new k8s.Watch(config).watch(path, { resourceVersion: first.metadata.resourceVersion, allowWatchBookmarks: true },
    (phase, object) => phase !== 'BOOKMARK' && seen.push(`${phase} ${object.metadata.name}`), ended);
  const informed = [];
  const informer = k8s.makeInformer(config, path, () => core.listNamespacedConfigMap({ namespace: ns }));
  for (const verb of ['add', 'update', 'delete']) informer.on(verb, (o) => o.metadata.name === 'watched' && informed.push(verb));
  await informer.start();
  await core.createNamespacedConfigMap({ namespace: ns, body: { metadata: { name: 'watched' } } });
  await core.patchNamespacedConfigMap({ namespace: ns, name: 'watched', body: { data: { a: 'b' } } }, patchOf(k8s.PatchStrategy.MergePatch));
  await core.deleteNamespacedConfigMap({ namespace: ns, name: 'watched' });
  await until('the informer', 20, () => informed.length === 3);
  expect('informer', informed, ['add', 'update', 'delete']);
  await until('the watch', 20, () => seen.length === 3);
  expect('watch', seen, ['ADDED watched', 'MODIFIED watched', 'DELETED watched']);
  await informer.stop();
  request.abort();
  await end;
}

async function run(command, { stdin = null, tty = false } = {}) {
  const out = collected(), err = collected();
  const status = await new Promise((resolve, reject) =>
    new k8s.Exec(config).exec(ns, 'hello', 'hello', command, out, err, stdin, tty, resolve).then((socket) => socket.on('error', reject), reject));
  return { out: out.text, err: err.text, status };
}

async function pods() {
  await core.createNamespacedPod({ namespace: ns, body: { metadata: { name: 'hello', labels: { app: 'hello' } }, spec: helloSpec() } });
  await until('a running pod', 60, async () => (await core.readNamespacedPod({ namespace: ns, name: 'hello' })).status.phase === 'Running');
  const good = await run(['/skiff', 'version']);
  expect('exec', [good.out.startsWith('skiff '), good.status.status], [true, 'Success']);
  const bad = await run(['/skiff', 'no-such-verb']);
  expect('a failing exec', [bad.err.includes('no-such-verb'), bad.status.reason, bad.status.details.causes[0].reason], [true, 'NonZeroExitCode', 'ExitCode']);
  expect('terminal', (await run(['/skiff', 'version'], { stdin: new PassThrough(), tty: true })).out.startsWith('skiff '), true);
  expect('logs', await core.readNamespacedPodLog({ namespace: ns, name: 'hello' }), 'hello: listening on port 8080\n');
  const log = collected();
  let over = false;
  log.on('end', () => (over = true));
  await new k8s.Log(config).log(ns, 'hello', 'hello', log, { follow: true, tailLines: 10 });
  const output = collected(), input = new PassThrough(), errors = collected();
  await new k8s.PortForward(config).portForward(ns, 'hello', [8080], output, errors, input);
  input.write('GET /by-javascript HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  await until('an answer through the port', 20, () => output.text.includes('Hello from skiff!'));
  expect('errors of the port', errors.text, '');
  await until('the request in the followed log', 20, () => log.text.includes('/by-javascript'));
  await core.deleteNamespacedPod({ namespace: ns, name: 'hello' });
  await until('the end of the followed log', 20, () => over);
}

async function customResources() {
  const boats = { group: 'js.skiff.test', version: 'v1', plural: 'boats', namespace: ns };
  await crds.createCustomResourceDefinition({ body: { metadata: { name: 'boats.js.skiff.test' }, spec: { group: boats.group, scope: 'Namespaced',
    names: { plural: 'boats', singular: 'boat', kind: 'Boat' }, versions: [{ name: 'v1', served: true, storage: true, subresources: { status: {} },
      schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { length: { type: 'integer', minimum: 1 } } },
        status: { type: 'object', x_kubernetes_preserve_unknown_fields: true } } } } }] } } });
  await until('the new kind', 10, () => custom.listNamespacedCustomObject(boats).catch(() => null));
  const boat = { apiVersion: 'js.skiff.test/v1', kind: 'Boat', metadata: { name: 'b' }, spec: { length: 3 } };
  await custom.createNamespacedCustomObject({ ...boats, body: boat });
  await failsWith(422, () => custom.createNamespacedCustomObject({ ...boats, body: { ...boat, metadata: { name: 'c' }, spec: { length: 0 } } }));
  const patched = await custom.patchNamespacedCustomObjectStatus({ ...boats, name: 'b', body: { status: { afloat: true } } }, patchOf(k8s.PatchStrategy.MergePatch));
  expect('status', patched.status, { afloat: true });
  await crds.deleteCustomResourceDefinition({ name: 'boats.js.skiff.test' });
}

async function metrics() {
  const nodes = await new k8s.Metrics(config).getNodeMetrics();
  expect('metrics of nodes', nodes.kind, 'NodeMetricsList');
  const version = await config.makeApiClient(k8s.VersionApi).getCode();
  expect('version', version.minor, '34');
}

await core.createNamespace({ body: { metadata: { name: ns } } });
await until('the service account', 10, async () => (await core.listNamespacedServiceAccount({ namespace: ns })).items.length);
for (const part of [objectsAndPatches, deployments, watches, pods, customResources, metrics]) {
  await part();
  console.log('ok', part.name);
}
await core.deleteNamespace({ name: ns });
await until('the namespace\'s end', 60, async () => (await core.listNamespace({ fieldSelector: `metadata.name=${ns}` })).items.length === 0);
console.log('javascript: done');
process.exit(0);
