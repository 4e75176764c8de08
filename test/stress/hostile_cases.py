"""The requests of hostile.py: bodies far over the bounds of a request (to be refused at once), and those in hostile_limits.py just below them."""
import json, os, sys

sys.setrecursionlimit(20_000)
MAPS, PODS = '/api/v1/namespaces/bench/configmaps', '/api/v1/namespaces/bench/pods'
J, Y, P = 'application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'
JP, MP, SP, AP = 'application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json', 'application/apply-patch+yaml'
BIG = 3_000_000
cases = []


def case(name, method, path, kind, body, headers=None, before=()):
    """before: (method, path, kind, body) of requests that come first and are not measured; may be a function that makes them."""
    cases.append((name, method, path, kind, body.encode() if isinstance(body, str) else body, headers or {}, before))


def config_map(name='hostile', **more):
    return {'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {'name': name}, **more}


def pod(**spec):
    return {'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'name': 'hostile'}, 'spec': {'containers': [{'name': 'c', 'image': 'i'}], **spec}}


def varint(n):
    out = b''
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def protobuf(kind, raw):
    return b'k8s\0' + field(1, field(1, b'v1') + field(2, kind.encode())) + field(2, raw)


def patch(ops):
    return json.dumps(ops)


# --- JSON
case('json: brackets', 'POST', MAPS, J, '[' * BIG)
case('json: nested objects', 'POST', MAPS, J, '{"a":' * (BIG // 5))
case('json: nested objects in a config map', 'POST', MAPS, J, '{"metadata":{"name":"x"},"data":' + '{"a":' * 9000 + '1' + '}' * 9000 + '}')
case('json: 190 000 keys', 'POST', MAPS, J, json.dumps(config_map(data={f'k{i}': 'v' for i in range(190_000)})))
case('json: duplicate keys', 'POST', MAPS + '?fieldValidation=Strict', J, '{"metadata":{"name":"x"},"data":{' + ','.join(['"k":"v"'] * 370_000) + '}}')
case('json: unknown fields, warn', 'POST', PODS, J, '{"metadata":{"name":"x"},"spec":{' + ','.join(f'"f{i}":0' for i in range(230_000)) + '}}')
case('json: unknown fields, strict', 'POST', PODS + '?fieldValidation=Strict', J, '{"metadata":{"name":"x"},"spec":{' + ','.join(f'"f{i}":0' for i in range(230_000)) + '}}')
case('json: one number of 3 MB', 'POST', MAPS, J, '{"metadata":{"name":"x","generation":' + '1' * (BIG - 100) + '}}')
case('json: small values', 'POST', MAPS, J, '{"x":[' + ','.join(['1'] * 1_490_000) + ']}')
case('json: empty objects', 'POST', PODS, J, '{"metadata":{"name":"x"},"spec":{"containers":[' + ','.join(['{}'] * 990_000) + ']}}')
case('json: empty strings', 'POST', PODS, J, '{"metadata":{"name":"x","finalizers":[' + ','.join(['""'] * 990_000) + ']}}')
case('json: escapes', 'POST', MAPS, J, '{"metadata":{"name":"x"},"data":{"a":"' + '\\u0001' * 490_000 + '"}}')
case('json: one string of 2.9 MB', 'POST', MAPS, J, json.dumps(config_map(data={'a': 'x' * 2_900_000})))
case('json: 20 000 labels', 'POST', MAPS, J, json.dumps({'metadata': {'name': 'x', 'labels': {f'l{i}': 'v' for i in range(20_000)}}}))
case('json: 150 000 bad labels', 'POST', MAPS, J, json.dumps({'metadata': {'name': 'x', 'labels': {f'-{i}': '!' for i in range(150_000)}}}))
case('json: 200 000 finalizers', 'POST', MAPS, J, json.dumps({'metadata': {'name': 'x', 'finalizers': [f'a/{i}' for i in range(200_000)]}}))
case('json: 30 000 owners', 'POST', MAPS, J, json.dumps({'metadata': {'name': 'x', 'ownerReferences': [{'apiVersion': 'v1', 'kind': 'Pod', 'name': 'p', 'uid': str(i), 'controller': True} for i in range(30_000)]}}))
case('json: 20 000 containers', 'POST', PODS, J, json.dumps(pod(containers=[{'name': f'c{i}', 'image': 'i', 'ports': [{'containerPort': 1}]} for i in range(20_000)])))
case('json: 60 000 variables', 'POST', PODS, J, json.dumps(pod(containers=[{'name': 'c', 'image': 'i', 'env': [{'name': f'E{i}', 'value': '$(E1)'} for i in range(60_000)]}])))
case('json: 40 000 volumes', 'POST', PODS, J, json.dumps(pod(volumes=[{'name': f'v{i}', 'emptyDir': {}} for i in range(40_000)])))
case('json: 40 000 tolerations', 'POST', PODS, J, json.dumps(pod(tolerations=[{'key': f'v{i}', 'operator': 'Exists'} for i in range(40_000)])))
case('json: managedFields of 10 000 managers', 'POST', MAPS, J, json.dumps({'metadata': {'name': 'x', 'managedFields': [{'manager': f'm{i}', 'operation': 'Apply', 'apiVersion': 'v1', 'fieldsType': 'FieldsV1', 'fieldsV1': {'f:data': {'f:a': {}}}} for i in range(10_000)]}}))
case('json: managedFields with 100 000 fields', 'POST', MAPS, J, json.dumps({'metadata': {'name': 'x', 'managedFields': [{'manager': 'm', 'operation': 'Apply', 'apiVersion': 'v1', 'fieldsType': 'FieldsV1', 'fieldsV1': {'f:data': {f'f:a{i}': {} for i in range(100_000)}}}]}}))
case('json: access review for 300 000 groups', 'POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', J, json.dumps({'spec': {'user': 'x', 'groups': ['g'] * 300_000, 'resourceAttributes': {'verb': 'get', 'resource': 'pods'}}}))
case('json: token for 200 000 audiences', 'POST', '/api/v1/namespaces/bench/serviceaccounts/default/token', J, json.dumps({'spec': {'audiences': [f'a{i}' for i in range(200_000)]}}))
case('json: role with 20 000 rules', 'POST', '/apis/rbac.authorization.k8s.io/v1/namespaces/bench/roles', J, json.dumps({'metadata': {'name': 'x'}, 'rules': [{'verbs': ['get'], 'apiGroups': [''], 'resources': [f'r{i}']} for i in range(20_000)]}))
# --- YAML
case('yaml: aliases', 'POST', MAPS, Y, 'a0: &a0 [x,x,x,x,x,x,x,x,x]\n' + ''.join(f'a{i}: &a{i} [{",".join([f"*a{i-1}"] * 9)}]\n' for i in range(1, 12)))
case('yaml: aliases of one long list', 'POST', MAPS, Y, 'a: &a [' + 'x,' * 100_000 + ']\n' + ''.join(f'b{i}: *a\n' for i in range(20_000)))
case('yaml: brackets', 'POST', MAPS, Y, '[' * BIG)
case('yaml: indentation', 'POST', MAPS, Y, ''.join(' ' * i + 'a:\n' for i in range(2000)))
case('yaml: dashes', 'POST', MAPS, Y, '- ' * 1_400_000)
case('yaml: question marks', 'POST', MAPS, Y, '? ' * 1_400_000)
case('yaml: 200 000 keys', 'POST', MAPS, Y, 'metadata: {name: x}\ndata:\n' + ''.join(f'  k{i}: v\n' for i in range(200_000)))
case('yaml: small values', 'POST', MAPS, Y, 'x: [' + '1,' * 1_400_000 + ']')
case('yaml: anchors', 'POST', MAPS, Y, ''.join(f'k{i}: &a{i} v\n' for i in range(150_000)))
case('yaml: tags', 'POST', MAPS, Y, ''.join(f'k{i}: !!str v\n' for i in range(150_000)))
case('yaml: comments', 'POST', MAPS, Y, '#\n' * 1_400_000)
case('yaml: documents', 'POST', MAPS, Y, '---\n' * 700_000)
case('yaml: one folded text', 'POST', MAPS, Y, 'a: >\n' + '  x\n' * 700_000)
case('yaml: quotes', 'POST', MAPS, Y, 'a: "' + '\\x41' * 700_000 + '"')
# --- protobuf
case('protobuf: 1 400 000 containers', 'POST', PODS, P, protobuf('Pod', field(1, field(1, b'x')) + field(2, field(2, b'') * 1_400_000)))
case('protobuf: 300 000 labels', 'POST', MAPS, P, protobuf('ConfigMap', field(1, field(1, b'x') + b''.join(field(11, field(1, str(i).encode())) for i in range(200_000)))))
case('protobuf: 700 000 finalizers', 'POST', MAPS, P, protobuf('ConfigMap', field(1, field(1, b'x') + field(14, b'') * 1_400_000)))
nested = b''
for _ in range(20_000):
    nested = field(1, nested)
    if len(nested) > 200_000:
        break
case('protobuf: nested', 'POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', P, b'k8s\0' + field(1, field(1, b'apiextensions.k8s.io/v1') + field(2, b'CustomResourceDefinition')) + field(2, field(2, nested)))
case('protobuf: unknown fields', 'POST', MAPS, P, protobuf('ConfigMap', field(1, field(1, b'x')) + field(999, b'') * 700_000))
# --- patches
ops = [{'op': 'add', 'path': '/data/a', 'value': 'x' * 100}]
case('json patch: 10 000 copies that double', 'PATCH', MAPS + '/victim', JP, patch([{'op': 'add', 'path': '/data', 'value': {'a': {'b': 'x'}}}] + [{'op': 'copy', 'from': '/data', 'path': f'/data/{i}'} for i in range(9_999)]))
case('json patch: 10 000 copies of 100 KB', 'PATCH', MAPS + '/victim', JP, patch([{'op': 'copy', 'from': '/data/large', 'path': f'/data/{i}'} for i in range(10_000)]))
case('json patch: 10 000 tests of it all', 'PATCH', MAPS + '/victim', JP, patch([{'op': 'test', 'path': '/data/a', 'value': 'x' * 250} for i in range(10_000)]))
case('json patch: 10 000 inserts in front', 'PATCH', MAPS + '/victim', JP, patch([{'op': 'add', 'path': '/metadata/finalizers', 'value': ['a/b'] * 200_000}] + [{'op': 'add', 'path': '/metadata/finalizers/0', 'value': 'x/y'}] * 9_999))
case('json patch: 10 000 moves of the front', 'PATCH', MAPS + '/victim', JP, patch([{'op': 'add', 'path': '/metadata/finalizers', 'value': ['a/b'] * 200_000}] + [{'op': 'move', 'from': '/metadata/finalizers/0', 'path': '/metadata/finalizers/-'}] * 9_999))
case('json patch: deep paths', 'PATCH', MAPS + '/victim', JP, patch([{'op': 'add', 'path': '/data' + '/a' * 140, 'value': 1}] * 9_000))
case('json patch: 60 000 operations', 'PATCH', MAPS + '/victim', JP, patch([{'op': 'test', 'path': '/kind', 'value': 'x'}] * 60_000))
case('merge patch: 190 000 keys', 'PATCH', MAPS + '/victim', MP, json.dumps({'data': {f'k{i}': 'v' for i in range(190_000)}}))
case('merge patch: nested', 'PATCH', MAPS + '/victim', MP, '{"a":' * 9_000 + '1' + '}' * 9_000)
case('strategic: 60 000 variables', 'PATCH', PODS + '/victim', SP, json.dumps({'spec': {'containers': [{'name': 'c', 'env': [{'name': f'E{i}', 'value': 'v'} for i in range(60_000)]}]}}))
case('strategic: 60 000 deletions', 'PATCH', PODS + '/victim', SP, json.dumps({'spec': {'containers': [{'name': 'c', 'env': [{'name': f'E{i}', '$patch': 'delete'} for i in range(60_000)]}]}}))
case('strategic: order of 100 000', 'PATCH', PODS + '/victim', SP, json.dumps({'spec': {'$setElementOrder/containers': [{'name': f'c{i}'} for i in range(100_000)]}}))
case('strategic: 200 000 finalizers gone', 'PATCH', PODS + '/victim', SP, json.dumps({'metadata': {'$deleteFromPrimitiveList/finalizers': [f'a/{i}' for i in range(200_000)]}}))
case('apply: 120 000 keys', 'PATCH', MAPS + '/applied?fieldManager=x', AP, json.dumps(config_map('applied', data={f'k{i}': 'v' for i in range(120_000)})))
case('apply: 30 000 variables', 'PATCH', PODS + '/applied?fieldManager=x', AP, json.dumps({'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'name': 'applied'}, 'spec': {'containers': [{'name': 'c', 'image': 'i', 'env': [{'name': f'E{i}', 'value': 'v'} for i in range(30_000)]}]}}))
case('apply: 200 000 finalizers', 'PATCH', MAPS + '/applied2?fieldManager=x', AP, json.dumps({'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {'name': 'applied2', 'finalizers': [f'a/{i}' for i in range(200_000)]}}))
# --- selectors, addresses, headers
case('selector: 100 000 requirements', 'GET', MAPS + '?labelSelector=' + 'a!%3Db,' * 100_000 + 'a', J, b'')
case('selector: one set of 300 000', 'GET', MAPS + '?labelSelector=a+in+(' + 'b,' * 300_000 + 'c)', J, b'')
case('selector: 20 000 sets', 'GET', MAPS + '?labelSelector=' + 'a+notin+(b,c),' * 20_000 + 'a', J, b'')
case('selector: 50 000 fields', 'GET', MAPS + '?fieldSelector=' + 'metadata.name!%3Da,' * 50_000 + 'metadata.name!%3Db', J, b'')
case('query: 400 000 parameters', 'GET', MAPS + '?limit=1' + '&a' * 400_000, J, b'')
case('query: continue of 900 KB', 'GET', MAPS + '?limit=1&continue=' + 'A' * 900_000, J, b'')
case('path: 900 KB of slashes', 'GET', '/' * 900_000, J, b'')
case('path: 300 000 escapes', 'GET', '/api/v1/namespaces/' + '%41' * 300_000, J, b'')
case('headers: one of 1 MB', 'GET', MAPS + '/victim', J, b'', {'X-Long': 'x' * 1_000_000})
case('headers: Accept of 900 KB', 'GET', MAPS + '/victim', J, b'', {'Accept': 'a/b;q=0.1,' * 90_000 + '*/*'})
case('headers: bearer of 900 KB', 'GET', MAPS + '/victim', J, b'', {'Authorization': 'Bearer ' + 'e30.' * 220_000})
# --- definitions and rules
def definition(properties, **more):
    return json.dumps({'apiVersion': 'apiextensions.k8s.io/v1', 'kind': 'CustomResourceDefinition', 'metadata': {'name': 'hs.example.com'},
                       'spec': {'group': 'example.com', 'scope': 'Namespaced', 'names': {'plural': 'hs', 'kind': 'H'},
                                'versions': [{'name': 'v1', 'served': True, 'storage': True, 'schema': {'openAPIV3Schema': {'type': 'object', 'properties': properties, **more}}}]}})
DEFS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
case('definition: a large pattern', 'POST', DEFS, J, definition({'a': {'type': 'string', 'pattern': '((a{100}){100}){100}'}}))
case('definition: a long pattern', 'POST', DEFS, J, definition({'a': {'type': 'string', 'pattern': '(a|b)?' * 100_000}}))
case('definition: 20 000 properties', 'POST', DEFS, J, definition({f'p{i}': {'type': 'string'} for i in range(20_000)}))
deep = {'type': 'string'}
for _ in range(800):
    deep = {'type': 'object', 'properties': {'a': deep}}
case('definition: 800 deep', 'POST', DEFS, J, definition({'a': deep}))
case('definition: a long rule', 'POST', DEFS, J, definition({'a': {'type': 'string', 'x-kubernetes-validations': [{'rule': ' && '.join(['self == "a"'] * 20_000)}]}}))
case('definition: nested parentheses', 'POST', DEFS, J, definition({'a': {'type': 'string', 'x-kubernetes-validations': [{'rule': '(' * 100_000 + 'true' + ')' * 100_000}]}}))
case('definition: nested loops', 'POST', DEFS, J, definition({'a': {'type': 'array', 'items': {'type': 'string'}, 'x-kubernetes-validations': [{'rule': 'self.all(a, self.all(b, self.all(c, self.all(d, a + b + c + d != ""))))'}]}}))
case('definition: 3 000 rules', 'POST', DEFS, J, definition({'a': {'type': 'string', 'x-kubernetes-validations': [{'rule': f'self != "{i}"'} for i in range(3_000)]}}))
case('policy: nested loops', 'POST', '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies', J, json.dumps({'metadata': {'name': 'hostile'}, 'spec': {'matchConstraints': {'resourceRules': [{'apiGroups': [''], 'apiVersions': ['v1'], 'operations': ['CREATE'], 'resources': ['configmaps']}]}, 'validations': [{'expression': '[1,2,3].all(a, ' * 60 + 'true' + ')' * 60}] * 100}}))
