"""Requests of hostile.py that stand just below the bounds: 3 MiB, 45 000 values of a body, 28 000 of an object with its defaults, 500 requirements, 10 000 operations; and what uses a
hostile definition."""
import json
from hostile_cases import AP, BIG, DEFS, J, JP, MAPS, MP, P, PODS, SP, Y, case, config_map, definition, field, patch, pod, protobuf

V = 27_500   # values of an object of most kinds, a little under the bound
D = 44_500   # of a body, and of what a definition has made
# Texts of 16 bytes that std::hash of libstdc++ (MurmurHash64A, seed 0xc70f6907) cannot tell apart at their place in a text of 48.
ALIKE = [texts.split() for texts in (
    'jIcyB01KDOolLkKB cBTbPZeGaEJgdOr7 KWufZJBf8ruJlZHJ 5FurvWQzhK4kAnfC R7c1eJyXrzHNEQIW BdwEh0psD7Nsnwlr SkVvloU6HddV6mFN tfK7qJR6jdzF0XKw hnhykvFKez3U2rnK A9jABZjdYYihdlYL NfT3gjMkhVWT3ZcK xbk7aEaqVHun1zN0 F7UzJHBNKzTj9u7S kWr12tbsNFn6EXtS eE49zLeRv3jg3QXl P7RTAWPTs0RcAoZs tco2lKNqlhmcW4YL a9E0ZHheCmDiWwxv NjPuMH9NHfMQGhLt rwZP8nalDxInQvSB P0T3TbuPgqHS8msE pIVF0cRGYmUm1ZAD xgbNl2jrGu7LC38Q kQOROVTVAqvyKb1J cOt6EvCOMn2Fr0tM YaCLfjMjuCLlXtGG Sq1AjUlV3I1ahIA7 XZyAYBPGoFQdLGKN dJML9JwXKNXQ4Rml NxxhZgDLE7qOBd9I bIV4061et7CbDpRU rJHY65wHOpD4YVpy',
    'pKagPUn1QUAqguDd HmKyUFHBCkmphNIi T6zvi9rVUMIqAdCC MNLCkdQ9yGuZWTo0 41roorITyWg6yyFV 4MS658f20NCgIqyR 9ApTJQfw6ueU6JhK gK10ZhQ8DIHeZrWf 9GlBKkzTYrroTw3M 781rO3h4v35lMEnR tjZd5VPFgL2x5Qbm GbfFa6nIl4FhfGPP QHC8wLlZqB74D7i0 xgT5dK3UShvR1wvs CBYJ15F0peVDA68G jZMmXYB9eZ47IjAj oVewCSaDrRSPQhqs fD9ZzUBK0tjMA2PH GPulGUYlS7CbeHtn Il3GY3jB8ynZh6O2 c4lliptvzSdZtY6e VVigfoLDw38ICjqh UXrPYZal1OGsaPTe Pzo8GsmuazVy3IUQ YVUHofPH0RidRio9 81UXBZ5Dzn3WnVOu A0t8bmCgV4uKDKWS T6CHMLmrPvkg6SgT BpJcONeorcqRCZT6 QXO1xis1T0Kla6lo EgaKCGmPipFHjf4m NKr0ZKgrnC784AC7',
    'TkGJSz7DOanbwoqT NNOV619dD0pwbmlU qx9LnigpJ3tJdccJ HBQII4rijTSjblkc AtAwd1vqhHDO3bBE UwuZlLltSGFNCfAd PqdxRBa4Fxc7VK5C KpGEbb0itjKsIsjR v86ThZaMhgDZb3X4 VpqvzEN6Tq5BGCNb qVw52twQbxf32V8Z EEiZBY1rLJsermx8 aeYNkTeTGIzjnTLi PBjpqsDylg7wgV9k Un4ag2Oz02mvNt0A TGlTCugAoFp1vIRe x9vjoXMG5QKzPSzJ 7NQRN0KZP8AZavi0 eP0S7abEzyUVOiUu lWe1GonbiJI5beob 0gJnFWCUjw6LyYg8 ExO2NJcAOqswAuIh RpTz5En4XGOQ5kUy Ym8jI5jG2PJzOhkQ CKUZQVupJyVJJjTZ nzVcFCfR1IKm0WvU Y274cbk0zNTEWNBB cht3pW6Aen0OfUZr idA8v5jD2YXreoMr QSFvCcySHFjW7WAk VoYCnu87Uwsnsg0C vCw8V5e7fSzYvMIj',
)]
NS = '/api/v1/namespaces/bench'
HS = '/apis/example.com/v1/namespaces/bench/hs'


def at_most(make, per):
    """As many items as an object may have when each is of `per` values with its defaults."""
    return [make(i) for i in range((V - 500) // per)]


def created(name, path, document, **more):
    case('limit: ' + name, 'POST', path, J, json.dumps(document), **more)


meta = {'name': 'hostile'}
# Keys of which the standard library's hash makes one number: each chain of them can follow any of the column before.
SAME = [first + second + third for first in ALIKE[0] for second in ALIKE[1] for third in ALIKE[2]][:V - 100]
created('labels of one hash', MAPS, {'metadata': {'name': 'x', 'labels': {key: '' for key in SAME}}})
case('limit: merge patch of labels of one hash', 'PATCH', MAPS + '/applied', MP, json.dumps({'metadata': {'labels': {key: '' for key in SAME}}}), before=[('POST', MAPS, J, json.dumps(config_map('applied')))])
case('limit: apply of finalizers of one hash', 'PATCH', MAPS + '/applied?fieldManager=x', AP, json.dumps(config_map('applied', metadata={'name': 'applied', 'finalizers': ['a/' + key for key in SAME]})))
# --- built-in kinds with as many items as fit
created('keys of a config map', MAPS, config_map(data={f'k{i}': 'v' for i in range(V)}))
created('keys and binary keys', MAPS, config_map(data={f'k{i}': 'v' for i in range(V // 2)}, binaryData={f'b{i}': 'eA==' for i in range(V // 2 - 50)}))
created('keys of a secret', NS + '/secrets', {'metadata': meta, 'data': {f'k{i}': 'eA==' for i in range(V)}})
created('bad labels', MAPS, {'metadata': {'name': 'x', 'labels': {f'-{i}': '!' * 30 for i in range(V)}}})
created('annotations', MAPS, {'metadata': {'name': 'x', 'annotations': {f'a{i}': '' for i in range(V)}}})
created('finalizers', MAPS, {'metadata': {'name': 'x', 'finalizers': at_most(lambda i: f'a/{i}', 1)}})
created('owners', MAPS, {'metadata': {'name': 'x', 'ownerReferences': at_most(lambda i: {'apiVersion': 'v1', 'kind': 'Pod', 'name': 'p', 'uid': str(i), 'controller': True}, 6)}})
created('managers', MAPS, {'metadata': {'name': 'x', 'managedFields': at_most(lambda i: {'manager': f'm{i}', 'operation': 'Apply', 'apiVersion': 'v1', 'fieldsType': 'FieldsV1', 'fieldsV1': {'f:data': {'f:a': {}}}}, 10)}})
created('managed fields', MAPS, {'metadata': {'name': 'x', 'managedFields': [{'manager': 'm', 'operation': 'Apply', 'apiVersion': 'v1', 'fieldsType': 'FieldsV1', 'fieldsV1': {'f:data': {f'f:a{i}': {} for i in range(V // 2)}}}]}})
created('unknown fields, warn', PODS, pod(**{f'f{i}': 0 for i in range(V - 100)}))
created('unknown fields, strict', PODS + '?fieldValidation=Strict', pod(**{f'f{i}': 0 for i in range(V - 100)}))
case('limit: duplicate keys', 'POST', MAPS + '?fieldValidation=Strict', J, '{"metadata":{"name":"x"},"data":{' + ','.join(['"k":"v"'] * V) + '}}')
created('containers', PODS, pod(containers=at_most(lambda i: {'name': f'c{i}', 'image': 'i'}, 8)))
created('containers without anything', PODS, pod(containers=at_most(lambda i: {}, 7)))
created('init containers', PODS, pod(initContainers=at_most(lambda i: {'name': f'd{i}', 'image': 'i', 'restartPolicy': 'Always'}, 9)))
created('ports', PODS, pod(containers=[{'name': 'c', 'image': 'i', 'ports': at_most(lambda i: {'containerPort': i % 65535 + 1, 'name': f'p{i}'}, 4)}]))
created('host ports', PODS, pod(hostNetwork=True, containers=[{'name': 'c', 'image': 'i', 'ports': at_most(lambda i: {'containerPort': 1, 'hostPort': 1}, 4)}]))
created('ports that meet', PODS, pod(containers=[{'name': 'c', 'image': 'i', 'ports': at_most(lambda i: {'containerPort': 1}, 3)}]))
created('ports that meet on other addresses', PODS, pod(containers=[{'name': 'c', 'image': 'i', 'ports': at_most(lambda i: {'containerPort': 1, 'hostPort': 1, 'hostIP': f'10.0.{i >> 8}.{i & 255}'}, 5)}]))
spread = {'topologyKey': 'z', 'labelSelector': {'matchLabels': {'a': 'b'}}}
created('keys of labels that a pod has', PODS, {'metadata': {'name': 'hostile', 'labels': {f'k{i}': 'v' for i in range(13_000)}}, 'spec': pod()['spec'] | {'topologySpreadConstraints': [spread | {'maxSkew': 1, 'whenUnsatisfiable': 'DoNotSchedule', 'matchLabelKeys': [f'k{i}' for i in range(13_000)]}]}})
created('keys of labels that match and do not', PODS, pod(affinity={'podAffinity': {'requiredDuringSchedulingIgnoredDuringExecution': [spread | {'matchLabelKeys': [f'a{i}' for i in range(13_000)], 'mismatchLabelKeys': [f'b{i}' for i in range(13_000)]}]}}))
created('huge pages of many sizes', PODS, pod(resources={'limits': {'cpu': '9'}}, containers=[{'name': 'c', 'image': 'i', 'resources': {'limits': {f'hugepages-{i}': '0' for i in range(6_500)}, 'requests': {f'hugepages-{i}': '0' for i in range(6_500)}}}]))
created('ports of one name', PODS, pod(initContainers=[{'name': f'c{i}', 'image': 'i', 'ports': [{'containerPort': 1, 'name': 'a'}]} for i in range(2_250)]))
created('files of one path', PODS, pod(volumes=[{'name': 'v', 'configMap': {'name': 'c', 'items': at_most(lambda i: {'key': 'a', 'path': 'a'}, 3)}}]))
created('files of many paths', PODS, pod(volumes=[{'name': 'v', 'configMap': {'name': 'c', 'items': at_most(lambda i: {'key': 'a', 'path': f'a/{i}'}, 3)}}]))
created('files inside each other', PODS, pod(volumes=[{'name': 'v', 'projected': {'sources': [{'secret': {'name': 'c', 'items': [{'key': 'a', 'path': 'a/' * i + 'a'} for i in range(1_500)]}}]}}]))
created('variables of one name', PODS, pod(containers=[{'name': 'c', 'image': 'i', 'env': at_most(lambda i: {'name': 'E', 'value': 'v'}, 3)}]))
created('variables', PODS, pod(containers=[{'name': 'c', 'image': 'i', 'env': at_most(lambda i: {'name': f'E{i}', 'value': 'v'}, 3)}]))
created('wrong variables', PODS, pod(containers=[{'name': 'c', 'image': 'i', 'env': at_most(lambda i: {'value': 7}, 2)}]))
created('volumes', PODS, pod(volumes=at_most(lambda i: {'name': f'v{i}', 'emptyDir': {}}, 4)))
created('mounts', PODS, pod(volumes=[{'name': 'v', 'emptyDir': {}}], containers=[{'name': 'c', 'image': 'i', 'volumeMounts': at_most(lambda i: {'name': 'v', 'mountPath': f'/{i}'}, 3)}]))
created('mounts of unknown volumes', PODS, pod(containers=[{'name': 'c', 'image': 'i', 'volumeMounts': at_most(lambda i: {'name': f'v{i}', 'mountPath': f'/{i}'}, 3)}]))
created('mounts of many volumes', PODS, pod(volumes=[{'name': f'v{i}', 'emptyDir': {}} for i in range(3_500)], containers=[{'name': 'c', 'image': 'i', 'volumeMounts': [{'name': f'v{3_499 - i % 3_500}', 'mountPath': f'/{i}'} for i in range(5_000)]}]))
created('devices beside mounts', PODS, pod(containers=[{'name': 'c', 'image': 'i', 'volumeMounts': [{'name': f'v{i}', 'mountPath': f'/{i}'} for i in range(4_400)], 'volumeDevices': [{'name': f'w{i}', 'devicePath': f'/d{i}'} for i in range(4_400)]}]))
created('containers with claims', PODS, pod(resourceClaims=[{'name': f'c{i}', 'resourceClaimName': 'x'} for i in range(2_600)], containers=[{'name': f'c{i}', 'image': 'i', 'resources': {'claims': [{'name': 'none'}]}} for i in range(1_500)]))
created('tolerations', PODS, pod(tolerations=at_most(lambda i: {'key': f'v{i}', 'operator': 'Exists'}, 3)))
created('spread constraints', PODS, pod(topologySpreadConstraints=at_most(lambda i: {'maxSkew': 1, 'topologyKey': f't{i}', 'whenUnsatisfiable': 'DoNotSchedule'}, 4)))
created('affinity terms', PODS, pod(affinity={'nodeAffinity': {'requiredDuringSchedulingIgnoredDuringExecution': {'nodeSelectorTerms': at_most(lambda i: {'matchExpressions': [{'key': 'a', 'operator': 'In', 'values': ['b']}]}, 8)}}}))
created('pod affinity terms', PODS, pod(affinity={'podAntiAffinity': {'requiredDuringSchedulingIgnoredDuringExecution': at_most(lambda i: {'topologyKey': 'a', 'labelSelector': {'matchLabels': {'a': 'b'}}}, 5)}}))
created('node selector', PODS, pod(nodeSelector={f'k{i}': 'v' for i in range(V - 100)}))
created('host aliases', PODS, pod(hostAliases=at_most(lambda i: {'ip': '10.0.0.1', 'hostnames': [f'h{i}']}, 4)))
created('pull secrets', PODS, pod(imagePullSecrets=at_most(lambda i: {'name': f's{i}'}, 2)))
created('readiness gates', PODS, pod(readinessGates=at_most(lambda i: {'conditionType': f'a/{i}'}, 2)))
created('scheduling gates', PODS, pod(schedulingGates=at_most(lambda i: {'name': f'a/{i}'}, 2)))
created('resource claims', PODS, pod(resourceClaims=at_most(lambda i: {'name': f'c{i}', 'resourceClaimName': 'x'}, 3)))
created('resources', PODS, pod(containers=[{'name': 'c', 'image': 'i', 'resources': {'requests': {f'a.b/r{i}': '1' for i in range(V // 2)}, 'limits': {f'a.b/r{i}': '1' for i in range(V // 2 - 100)}}}]))
created('sysctls', PODS, pod(securityContext={'sysctls': at_most(lambda i: {'name': f'kernel.s{i}', 'value': '1'}, 3)}))
created('ports of a service', NS + '/services', {'metadata': meta, 'spec': {'ports': at_most(lambda i: {'name': f'p{i}', 'port': i % 65535 + 1}, 5)}})
created('node ports of a service that are looked at', NS + '/services', {'metadata': meta, 'spec': {'type': 'NodePort', 'ports': [{'name': f'p{i}', 'port': i % 2_000 + 1} for i in range(5_000)]}})
created('ports of a service with their defaults', NS + '/services', {'metadata': meta, 'spec': {'ports': [{'name': f'p{i}', 'port': i + 1, 'protocol': 'TCP'} for i in range(5_400)]}})
created('node ports of a service with their defaults', NS + '/services', {'metadata': meta, 'spec': {'type': 'NodePort', 'ports': [{'name': f'p{i}', 'port': i + 1, 'protocol': 'TCP'} for i in range(2_600)]}})
created('addresses of a service', NS + '/services', {'metadata': meta, 'spec': {'ports': [{'port': 1}], 'externalIPs': at_most(lambda i: f'10.{i >> 16}.{i >> 8 & 255}.{i & 255}', 1)}})
created('addresses of endpoints', NS + '/endpoints', {'metadata': meta, 'subsets': [{'addresses': at_most(lambda i: {'ip': f'10.{i >> 16}.{i >> 8 & 255}.{i & 255}'}, 2), 'ports': [{'port': 1}]}]})
created('subsets of endpoints', NS + '/endpoints', {'metadata': meta, 'subsets': at_most(lambda i: {'addresses': [{'ip': '10.0.0.1'}], 'ports': [{'port': i % 65535 + 1}]}, 8)})
case('limit: addresses of endpoints times ports in a table', 'GET', NS + '/endpoints/hostile', J, '', {'Accept': 'application/json;as=Table;v=v1;g=meta.k8s.io'},
     before=[('POST', NS + '/endpoints', J, json.dumps({'metadata': meta, 'subsets': [{'addresses': [{'ip': f'10.0.{i >> 8}.{i & 255}'} for i in range(4_500)], 'ports': [{'name': f'p{i}', 'port': i + 1} for i in range(4_500)]}]}))])
created('a slice', '/apis/discovery.k8s.io/v1/namespaces/bench/endpointslices', {'metadata': meta, 'addressType': 'IPv4', 'ports': [], 'endpoints': at_most(lambda i: {'addresses': ['10.0.0.1']}, 4)})
created('rules of an ingress', '/apis/networking.k8s.io/v1/namespaces/bench/ingresses', {'metadata': meta, 'spec': {'rules': at_most(lambda i: {'host': f'h{i}.x', 'http': {'paths': [{'path': '/', 'pathType': 'Prefix', 'backend': {'service': {'name': 'a', 'port': {'number': 1}}}}]}}, 14)}})
created('rules of a network policy', '/apis/networking.k8s.io/v1/namespaces/bench/networkpolicies', {'metadata': meta, 'spec': {'podSelector': {}, 'ingress': at_most(lambda i: {'from': [{'ipBlock': {'cidr': '10.0.0.0/8', 'except': [f'10.0.{i & 255}.0/24']}}]}, 7)}})
created('rules of a role', '/apis/rbac.authorization.k8s.io/v1/namespaces/bench/roles', {'metadata': meta, 'rules': at_most(lambda i: {'verbs': ['get'], 'apiGroups': [''], 'resources': [f'r{i}']}, 7)})
created('subjects of a binding', '/apis/rbac.authorization.k8s.io/v1/namespaces/bench/rolebindings', {'metadata': meta, 'roleRef': {'apiGroup': 'rbac.authorization.k8s.io', 'kind': 'Role', 'name': 'x'}, 'subjects': at_most(lambda i: {'kind': 'User', 'name': f'u{i}'}, 4)})
created('a quota', NS + '/resourcequotas', {'metadata': meta, 'spec': {'hard': {f'requests.a.b/r{i}': '1' for i in range(9_900)}}})
created('a quota of more', NS + '/resourcequotas', {'metadata': meta, 'spec': {'hard': {f'requests.a.b/r{i}': '1' for i in range(V - 100)}}})
created('scopes of a quota', NS + '/resourcequotas', {'metadata': meta, 'spec': {'hard': {f'requests.a.b/r{i}': '1' for i in range(9_900)}, 'scopes': ['Terminating'] * 17_000}})
created('selectors of a quota', NS + '/resourcequotas', {'metadata': meta, 'spec': {'hard': {f'hugepages-{i}': '1' for i in range(9_900)}, 'scopeSelector': {'matchExpressions': [{'scopeName': 'BestEffort', 'operator': 'Exists'}] * 5_500}}})
created('amounts of a limit range', NS + '/limitranges', {'metadata': meta, 'spec': {'limits': [{'type': 'Container', **{field: {f'a.b/{field}{i}': '1' for i in range(2_000)} for field in ('min', 'max', 'default', 'defaultRequest', 'maxLimitRequestRatio')}}]}})
created('the same amounts of a limit range', NS + '/limitranges', {'metadata': meta, 'spec': {'limits': [{'type': 'Container', **{field: {f'a.b/{i}': '1' for i in range(5_400)} for field in ('min', 'max', 'default', 'defaultRequest', 'maxLimitRequestRatio')}}]}})
created('a limit range', NS + '/limitranges', {'metadata': meta, 'spec': {'limits': at_most(lambda i: {'type': 'Container', 'max': {'cpu': '1'}}, 10)}})
DEPLOYMENT = {'apiVersion': 'apps/v1', 'kind': 'Deployment', 'metadata': meta, 'spec': {'replicas': 0, 'selector': {'matchLabels': {'a': 'b'}}, 'template': {'metadata': {'labels': {'a': 'b'}}, 'spec': {'containers': [{'name': 'c', 'image': 'i'}]}}}}
many = {f'k{i}': 'v' for i in range(V // 2 - 100)}
created('labels of a deployment', '/apis/apps/v1/namespaces/bench/deployments', {**DEPLOYMENT, 'spec': {**DEPLOYMENT['spec'], 'selector': {'matchLabels': many}, 'template': {'metadata': {'labels': many}, 'spec': {'containers': [{'name': 'c', 'image': 'i'}]}}}})
created('expressions of a deployment', '/apis/apps/v1/namespaces/bench/deployments', {**DEPLOYMENT, 'spec': {**DEPLOYMENT['spec'], 'selector': {'matchLabels': {'a': 'b'}, 'matchExpressions': at_most(lambda i: {'key': 'a', 'operator': 'In', 'values': ['b']}, 5)}}})
created('claim templates of a stateful set', '/apis/apps/v1/namespaces/bench/statefulsets', {**DEPLOYMENT, 'kind': 'StatefulSet', 'spec': {**DEPLOYMENT['spec'], 'volumeClaimTemplates': at_most(lambda i: {'metadata': {'name': f'c{i}'}, 'spec': {'accessModes': ['ReadWriteOnce'], 'resources': {'requests': {'storage': '1'}}}}, 18)}})
created('metrics of an autoscaler', '/apis/autoscaling/v2/namespaces/bench/horizontalpodautoscalers', {'metadata': meta, 'spec': {'maxReplicas': 1, 'scaleTargetRef': {'kind': 'a', 'name': 'b'}, 'metrics': at_most(lambda i: {'type': 'Resource', 'resource': {'name': 'cpu', 'target': {'type': 'Utilization', 'averageUtilization': 1}}}, 7)}})
created('webhooks', '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations?dryRun=All', {'metadata': meta, 'webhooks': at_most(lambda i: {'name': f'a{i}.b.c', 'sideEffects': 'None', 'admissionReviewVersions': ['v1'], 'clientConfig': {'url': 'https://x/'}, 'rules': []}, 15)})
created('flow schema rules', '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas?dryRun=All', {'metadata': meta, 'spec': {'priorityLevelConfiguration': {'name': 'global-default'}, 'rules': at_most(lambda i: {'subjects': [{'kind': 'User', 'user': {'name': 'x'}}], 'nonResourceRules': [{'verbs': ['get'], 'nonResourceURLs': ['/x']}]}, 12)}})
created('a signing request', '/apis/certificates.k8s.io/v1/certificatesigningrequests', {'metadata': meta, 'spec': {'signerName': 'a.b/c', 'usages': ['digital signature'], 'request': 'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K' * 40_000}})
created('a namespaced list of devices', '/apis/resource.k8s.io/v1/resourceslices?dryRun=All', {'metadata': meta, 'spec': {'driver': 'a.b', 'nodeName': 'n', 'pool': {'name': 'p', 'generation': 1, 'resourceSliceCount': 1}, 'devices': at_most(lambda i: {'name': f'd{i}', 'attributes': {'a': {'int': 1}}}, 5)}})
# --- reviews and tokens
AUTHZ = '/apis/authorization.k8s.io/v1/'
created('groups of an access review', AUTHZ + 'subjectaccessreviews', {'spec': {'user': 'x', 'groups': at_most(lambda i: f'system:g{i}', 1), 'resourceAttributes': {'verb': 'get', 'resource': 'pods'}}})
created('extras of an access review', AUTHZ + 'subjectaccessreviews', {'spec': {'user': 'x', 'extra': {f'k{i}': ['v'] for i in range(V // 2 - 100)}, 'resourceAttributes': {'verb': 'get', 'resource': 'pods'}}})
created('selectors of an access review', AUTHZ + 'subjectaccessreviews', {'spec': {'user': 'x', 'resourceAttributes': {'verb': 'list', 'resource': 'pods', 'labelSelector': {'requirements': at_most(lambda i: {'key': 'a', 'operator': 'In', 'values': ['b']}, 5)}}}})
created('a rules review', AUTHZ + 'selfsubjectrulesreviews', {'spec': {'namespace': 'bench'}}, before=[('POST', '/apis/rbac.authorization.k8s.io/v1/namespaces/bench/roles', J, json.dumps({'metadata': {'name': 'x'}, 'rules': at_most(lambda i: {'verbs': ['get'], 'apiGroups': [''], 'resources': [f'r{i}']}, 7)})),
        ('POST', '/apis/rbac.authorization.k8s.io/v1/namespaces/bench/rolebindings', J, json.dumps({'metadata': {'name': 'x'}, 'roleRef': {'apiGroup': 'rbac.authorization.k8s.io', 'kind': 'Role', 'name': 'x'}, 'subjects': [{'kind': 'Group', 'apiGroup': 'rbac.authorization.k8s.io', 'name': 'system:authenticated'}]}))])
created('a token review of 3 MB', '/apis/authentication.k8s.io/v1/tokenreviews', {'spec': {'token': 'e30.' * 700_000}})
created('a token review of nested JSON', '/apis/authentication.k8s.io/v1/tokenreviews', {'spec': {'token': 'W1tb' * 700_000 + '.e30.e30'}})
created('audiences of a token review', '/apis/authentication.k8s.io/v1/tokenreviews', {'spec': {'token': 'x', 'audiences': at_most(lambda i: f'a{i}', 1)}})
created('audiences of a token', NS + '/serviceaccounts/default/token', {'spec': {'audiences': at_most(lambda i: f'a{i}', 1)}})
# --- YAML
case('limit: yaml keys', 'POST', MAPS, Y, 'metadata: {name: x}\ndata:\n' + ''.join(f'  k{i}: v\n' for i in range(D // 2 - 100)))   # in YAML keys count too
case('limit: yaml anchors', 'POST', MAPS, Y, ''.join(f'k{i}: &a{i} v\n' for i in range(9_900)))
case('limit: yaml aliases', 'POST', MAPS, Y, 'a: &a [x]\n' + ''.join(f'b{i}: *a\n' for i in range(15_000)))
case('limit: yaml merges', 'POST', MAPS, Y, 'a: &a {' + ','.join(f'k{i}: v' for i in range(900)) + '}\n' + ''.join(f'b{i}: {{<<: *a}}\n' for i in range(30)))
case('limit: yaml tags', 'POST', MAPS, Y, ''.join(f'k{i}: !!str v\n' for i in range(D // 3 - 100)))
case('limit: yaml brackets', 'POST', MAPS, Y, '[\n' * 90 + 'a,' * (D // 4) + ']' * 90)
case('limit: yaml key in brackets', 'POST', MAPS, Y, 'metadata: {name: x}\n? [' + 'a,' * (D - 100) + ']\n: b\n')
case('limit: yaml blanks', 'POST', MAPS, Y, 'a: "' + ' ' * 180 + 'x ' * 1_000_000 + '"\n')
case('limit: yaml after JSON', 'POST', MAPS, Y, '{' + ','.join(f'"k{i}":"v"' for i in range(D // 2 - 100)) + '}}')
KB = 2700 << 10   # 64 bytes of text count as a value
case('limit: yaml long lines in quotes', 'POST', MAPS, Y, 'metadata: {name: x}\ndata:\n  a: "' + 'x ' * (KB // 2) + '"\n')
case('limit: yaml folded text', 'POST', MAPS, Y, 'metadata: {name: x}\ndata:\n  a: >\n' + '   x\n' * (KB // 5))
case('limit: yaml comments', 'POST', MAPS, Y, '#\n' * (KB // 2) + 'metadata: {name: x}\n')
case('limit: yaml plain text', 'POST', MAPS, Y, 'metadata: {name: x}\ndata:\n  a: ' + 'x ' * (KB // 2) + '\n')
case('limit: yaml plain lines', 'POST', MAPS, Y, 'metadata: {name: x}\ndata:\n  a: x\n' + '   x\n' * (KB // 5))
case('limit: yaml literal lines', 'POST', MAPS, Y, 'metadata: {name: x}\ndata:\n  a: |\n' + '   x\n' * (KB // 5))
case('limit: yaml empty lines', 'POST', MAPS, Y, 'metadata: {name: x}\ndata: {}\n' + '\n' * KB)
case('limit: yaml spaces', 'POST', MAPS, Y, 'metadata: {name: x}\ndata: ' + ' ' * KB + '{}\n')
case('limit: yaml tabs', 'POST', MAPS, Y, 'metadata: {name: x}\ndata: ' + '\t' * KB + '{}\n')
case('limit: yaml single quotes', 'POST', MAPS, Y, "metadata: {name: x}\ndata:\n  a: '" + "''" * (KB // 2) + "'\n")
case('limit: yaml directives', 'POST', MAPS, Y, '%TAG !a! !b\n' * (KB // 12) + '---\na: b\n')
case('limit: yaml comments in a map', 'POST', MAPS, Y, 'metadata: {name: x}\ndata:\n' + '#\n' * (KB // 2))
case('limit: yaml apply', 'PATCH', MAPS + '/applied?fieldManager=x', AP, 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: applied}\ndata:\n' + ''.join(f'  k{i}: v\n' for i in range(D // 2 - 100)))
# --- protobuf
case('limit: protobuf containers', 'POST', PODS, P, protobuf('Pod', field(1, field(1, b'x')) + field(2, field(2, b'') * V)))
case('limit: protobuf labels', 'POST', MAPS, P, protobuf('ConfigMap', field(1, field(1, b'x') + b''.join(field(11, field(1, str(i).encode())) for i in range(V - 100)))))
case('limit: protobuf finalizers', 'POST', MAPS, P, protobuf('ConfigMap', field(1, field(1, b'x') + field(14, b'') * (V - 100))))
case('limit: protobuf repeats of one message', 'POST', PODS, P, protobuf('Pod', field(1, field(1, b'x')) * 200_000))
case('limit: protobuf keys', 'POST', MAPS, P, protobuf('ConfigMap', field(1, field(1, b'x')) + b''.join(field(2, field(1, f'k{i}'.encode()) + field(2, b'v')) for i in range(V // 2))))
case('limit: protobuf groups', 'POST', MAPS, P, protobuf('ConfigMap', field(1, field(1, b'x')) + b'\xfb\x01' * 1_000_000))
# --- patches
maps_victim, pods_victim = MAPS + '/victim', PODS + '/applied'
VICTIM = [('POST', PODS, J, json.dumps({'metadata': {'name': 'applied'}, 'spec': {'volumes': [{'name': 'v', 'emptyDir': {}}], 'containers': [{'name': 'c', 'image': 'i', 'env': [{'name': f'E{i}', 'value': 'v'} for i in range(5_000)]}]}}))]
case('limit: json patch inserts in front', 'PATCH', maps_victim, JP, patch([{'op': 'add', 'path': '/metadata/finalizers', 'value': ['a/b'] * 22_000}] + [{'op': 'add', 'path': '/metadata/finalizers/0', 'value': 'x/y'}] * 9_999))
case('limit: json patch moves of the front', 'PATCH', maps_victim, JP, patch([{'op': 'add', 'path': '/metadata/finalizers', 'value': ['a/b'] * 22_000}] + [{'op': 'move', 'from': '/metadata/finalizers/0', 'path': '/metadata/finalizers/-'}] * 9_999))
case('limit: json patch removals of the front', 'PATCH', maps_victim, JP, patch([{'op': 'add', 'path': '/metadata/finalizers', 'value': ['a/b'] * 30_000}] + [{'op': 'remove', 'path': '/metadata/finalizers/0'}] * 9_999))
case('limit: json patch new keys', 'PATCH', maps_victim, JP, patch([{'op': 'add', 'path': f'/data/k{i}', 'value': 'v'} for i in range(9_999)]))
case('limit: json patch keys and their removal', 'PATCH', maps_victim, JP, patch([{'op': 'add', 'path': '/data', 'value': {f'k{i}': 'v' for i in range(22_000)}}] + [{'op': 'remove', 'path': f'/data/k{i}'} for i in range(9_999)]))
case('limit: json patch tests of a large object', 'PATCH', maps_victim, JP, patch([{'op': 'add', 'path': '/data', 'value': {f'k{i}': 'v' for i in range(10_000)}}, {'op': 'copy', 'from': '/data', 'path': '/binaryData'}, {'op': 'test', 'path': '/data', 'value': {f'k{i}': 'v' for i in reversed(range(10_000))}}]))
case('limit: json patch moves of a large object', 'PATCH', maps_victim, JP, patch([{'op': 'add', 'path': '/data', 'value': {f'k{i}': 'v' for i in range(22_000)}}] + [{'op': 'move', 'from': '/data' if i % 2 == 0 else '/x', 'path': '/x' if i % 2 == 0 else '/data'} for i in range(9_998)]))
case('limit: json patch replacements of it all', 'PATCH', maps_victim, JP, patch([{'op': 'replace', 'path': '', 'value': config_map('victim', data={'a': 'x' * 200})} for i in range(5_000)]))
case('limit: merge patch keys', 'PATCH', maps_victim, MP, json.dumps({'data': {f'k{i}': 'v' for i in range(V)}}))
case('limit: merge patch keys that go', 'PATCH', maps_victim, MP, json.dumps({'data': {f'k{i}': None for i in range(D)}}))
case('limit: merge patch 500 deep', 'PATCH', maps_victim, MP, '{"a":' * 480 + '1' + '}' * 480)
case('limit: strategic variables', 'PATCH', pods_victim, SP, json.dumps({'spec': {'containers': [{'name': 'c', 'env': at_most(lambda i: {'name': f'E{i}', 'value': 'w'}, 8)}]}}), before=VICTIM)
case('limit: strategic deletions', 'PATCH', pods_victim, SP, json.dumps({'spec': {'containers': [{'name': 'c', 'env': at_most(lambda i: {'name': f'E{i}', '$patch': 'delete'}, 3)}]}}), before=VICTIM)
case('limit: strategic order', 'PATCH', pods_victim, SP, json.dumps({'spec': {'containers': [{'name': 'c', '$setElementOrder/env': at_most(lambda i: {'name': f'E{30_000 - i}'}, 2)}]}}), before=VICTIM)
case('limit: strategic orders', 'PATCH', pods_victim, SP, json.dumps({'spec': {f'$setElementOrder/x{i}': ['a'] for i in range(V // 2)}}), before=VICTIM)
case('limit: annotations of a binding', 'POST', pods_victim + '/binding', J, json.dumps({'metadata': {'name': 'applied', 'annotations': {f'a{i}': '' for i in range(V - 100)}}, 'target': {'name': 'n'}}), before=VICTIM)
case('limit: strategic finalizers that go', 'PATCH', pods_victim, SP, json.dumps({'metadata': {'$deleteFromPrimitiveList/finalizers': at_most(lambda i: f'a/{i}', 1)}}), before=VICTIM)
case('limit: strategic retained keys', 'PATCH', pods_victim, SP, json.dumps({'spec': {'volumes': [{'name': 'v', '$retainKeys': at_most(lambda i: f'a{i}', 1)}]}}), before=VICTIM)
case('limit: strategic labels', 'PATCH', pods_victim, SP, json.dumps({'metadata': {'annotations': {f'a{i}': '' for i in range(V - 100)}}}), before=VICTIM)
case('limit: apply keys', 'PATCH', MAPS + '/applied?fieldManager=x', AP, json.dumps(config_map('applied', data={f'k{i}': 'v' for i in range(V - 100)})))
case('limit: apply other keys over them', 'PATCH', MAPS + '/applied?fieldManager=y', AP, json.dumps(config_map('applied', data={f'k{i}': 'w' for i in range(V // 2)})),
     before=[('PATCH', MAPS + '/applied?fieldManager=x', AP, json.dumps(config_map('applied', data={f'k{i}': 'v' for i in range(V // 2)})))])
case('limit: apply by force', 'PATCH', MAPS + '/applied?fieldManager=y&force=true', AP, json.dumps(config_map('applied', data={f'k{i}': 'w' for i in range(V // 2)})),
     before=[('PATCH', MAPS + '/applied?fieldManager=x', AP, json.dumps(config_map('applied', data={f'k{i}': 'v' for i in range(V // 2)})))])
case('limit: apply to an object of 950 managers', 'PATCH', MAPS + '/managed?fieldManager=y&force=true', AP, json.dumps(config_map('managed', data={f'k{i}': 'w' for i in range(9_000)})),
     before=[('POST', MAPS, J, json.dumps({'metadata': {'name': 'managed', 'managedFields': [{'manager': f'm{i}', 'operation': 'Apply', 'apiVersion': 'v1', 'fieldsType': 'FieldsV1', 'fieldsV1': {'f:data': {f'f:k{(i * 7 + j) % 9000}': {} for j in range(10)}}} for i in range(900)]},
                                           'data': {f'k{i}': 'v' for i in range(9_000)}}))])
case('limit: apply variables', 'PATCH', PODS + '/applied?fieldManager=x', AP, json.dumps({'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'name': 'applied'}, 'spec': {'containers': [{'name': 'c', 'image': 'i', 'env': at_most(lambda i: {'name': f'E{i}', 'value': 'v'}, 8)}]}}))
case('limit: apply ports', 'PATCH', PODS + '/applied?fieldManager=x', AP, json.dumps({'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'name': 'applied'}, 'spec': {'containers': [{'name': 'c', 'image': 'i', 'ports': at_most(lambda i: {'containerPort': i + 1, 'protocol': 'TCP'}, 4)}]}}))
case('limit: apply finalizers', 'PATCH', MAPS + '/applied?fieldManager=x', AP, json.dumps({'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {'name': 'applied', 'finalizers': at_most(lambda i: f'a/{i}', 1)}}))
many_finalizers = {'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {'name': 'applied', 'finalizers': at_most(lambda i: f'a/{i}', 1)}}
case('limit: apply finalizers while it is deleted', 'PATCH', MAPS + '/applied?fieldManager=x', AP, json.dumps(many_finalizers), before=[('PATCH', MAPS + '/applied?fieldManager=x', AP, json.dumps(many_finalizers)), ('DELETE', MAPS + '/applied', J, '{}')])
# --- selectors, addresses, headers
case('limit: sets of labels that are there', 'GET', '/apis/rbac.authorization.k8s.io/v1/clusterroles?labelSelector=kubernetes.io/bootstrapping+notin+(' + 'b,' * 10 + ','.join(f'b{i}' for i in range(30_000)) + ')', J, b'')
case('limit: label requirements', 'GET', MAPS + '?labelSelector=' + 'a!%3Db,' * 499 + 'a', J, b'')
case('limit: sets of labels', 'GET', MAPS + '?labelSelector=' + 'a+notin+(' + 'b,' * 120_000 + 'c)', J, b'')
case('limit: field requirements', 'GET', MAPS + '?fieldSelector=' + 'metadata.name!%3Da,' * 499 + 'metadata.name!%3Db', J, b'')
case('limit: a watch with 499 requirements', 'GET', MAPS + '?watch=1&timeoutSeconds=1&labelSelector=' + 'a!%3Db,' * 499 + '!a', J, b'')
case('limit: deletion of a collection', 'DELETE', MAPS + '?labelSelector=' + 'a!%3Db,' * 499 + 'a', J, b'{"kind":"DeleteOptions","apiVersion":"v1","preconditions":{' + b','.join(b'"x%d":1' % i for i in range(45_000)) + b'}}')
case('limit: query of 9 990 parameters', 'GET', MAPS + '?limit=1' + '&a=b' * 9_990, J, b'')
case('limit: dry runs', 'GET', MAPS + '/victim?' + '&'.join(['dryRun=All'] * 9_990), J, b'')
case('limit: a path of 60 KB', 'GET', '/api/v1/namespaces/' + '%41' * 20_000, J, b'')
case('limit: a path of many parts', 'GET', '/api/v1/' + 'a/' * 30_000, J, b'')
case('limit: arguments of a command', 'POST', pods_victim + '/exec?stdout=1' + '&command=aaaaaaaaaa' * 9_990, J, b'', before=VICTIM)
case('limit: a log of everything', 'GET', pods_victim + '/log?tailLines=9223372036854775807&limitBytes=9223372036854775807&sinceSeconds=9223372036', J, b'', before=VICTIM)
case('limit: many headers', 'GET', maps_victim, J, b'', headers={f'X-{i}': 'a' for i in range(60_000)})
case('limit: many groups to impersonate', 'GET', maps_victim, J, b'', headers={'Impersonate-User': 'x', **{f'Impersonate-Extra-{i}': 'a' for i in range(30_000)}})
case('limit: Accept with parameters', 'GET', MAPS + '?limit=500', J, b'', headers={'Accept': ','.join(['application/json;as=Table;v=v1;g=meta.k8s.io'] * 20_000)})
case('limit: a compressed list', 'GET', MAPS, J, b'', headers={'Accept-Encoding': 'gzip'})
case('limit: a compressed body', 'POST', MAPS, J, b'\x1f\x8b' + b'x' * BIG, headers={'Content-Encoding': 'gzip'})
case('limit: a table', 'GET', MAPS, J, b'', headers={'Accept': 'application/json;as=Table;v=v1;g=meta.k8s.io'})
for path in ('/openapi/v2', '/openapi/v3', '/openapi/v3/api/v1', '/openapi/v3/apis/apps/v1', '/metrics', '/apis'):
    case('limit: GET ' + path, 'GET', path, J, b'')
case('limit: GET /openapi/v2 as protobuf', 'GET', '/openapi/v2', J, b'', headers={'Accept': 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'})


# --- definitions and what is made with them
def defined(properties, **more):
    return [('POST', DEFS, J, definition(properties, **more))]


def custom(spec=None, **more):
    return json.dumps({'apiVersion': 'example.com/v1', 'kind': 'H', 'metadata': {'name': 'hostile'}, **({'spec': spec} if spec is not None else {}), **more})


def made(name, properties, document, method='POST', path=HS, kind=J, before=(), **more):
    case('definition: ' + name, method, path, kind, document, before=defined(properties, **more) + list(before))


created_definition = lambda name, properties: case('definition: ' + name, 'POST', DEFS, J, definition(properties))
text, number = {'type': 'string'}, {'type': 'integer'}
created_definition('15 000 properties', {f'p{i}': text for i in range(15_000)})
created_definition('12 000 properties with defaults', {f'p{i}': {'type': 'string', 'default': 'x'} for i in range(12_000)})
created_definition('1 500 patterns', {f'p{i}': {'type': 'string', 'pattern': '(a{50}){15}' + str(i)} for i in range(1_500)})
created_definition('an enum of 44 000', {'a': {'type': 'string', 'enum': [f'v{i}' for i in range(44_000)]}})
created_definition('1 000 rules', {'a': {'type': 'string', 'maxLength': 10, 'x-kubernetes-validations': [{'rule': f'self != "{i}"'} for i in range(1_000)]}})
created_definition('a rule that is large', {'a': {'type': 'string', 'maxLength': 10, 'x-kubernetes-validations': [{'rule': ' && '.join(['self == "a"'] * 6_000)}]}})
case('definition: 100 versions', 'POST', DEFS, J, json.dumps({'metadata': {'name': 'hs.example.com'}, 'spec': {'group': 'example.com', 'scope': 'Namespaced', 'names': {'plural': 'hs', 'kind': 'H'}, 'versions': [
    {'name': f'v{i}', 'served': True, 'storage': i == 1, 'schema': {'openAPIV3Schema': {'type': 'object', 'properties': {f'p{j}': text for j in range(150)}}}} for i in range(1, 101)]}}))
many_texts = {'type': 'array', 'items': {'type': 'string'}}
made('an enum of 8 000 asked 40 000 times', {'spec': {'type': 'array', 'items': {'type': 'string', 'enum': [f'value-{i}' for i in range(8_000)]}}}, custom(['value-7999'] * 40_000))
made('an enum of 8 000 that has none of 40 000', {'spec': {'type': 'array', 'items': {'type': 'string', 'enum': [f'value-{i}' for i in range(8_000)]}}}, custom(['value-x'] * 40_000))
made('anyOf of 500 asked 40 000 times', {'spec': {'type': 'array', 'items': {'type': 'string', 'anyOf': [{'pattern': f'^x{i}$'} for i in range(500)]}}}, custom(['y'] * 40_000))
made('oneOf of 500 asked 40 000 times', {'spec': {'type': 'array', 'items': {'type': 'string', 'oneOf': [{'pattern': f'^x{i}$'} for i in range(500)]}}}, custom(['x7'] * 40_000))
made('allOf of 500 asked 40 000 times', {'spec': {'type': 'array', 'items': {'type': 'string', 'allOf': [{'minLength': 1} for i in range(500)]}}}, custom(['x7'] * 40_000))
made('anyOf of 300 objects', {'spec': {'type': 'object', 'additionalProperties': {'type': 'string'}, 'anyOf': [{'required': [f'r{i}']} for i in range(300)]}}, custom({f'k{i}': 'v' for i in range(40_000)}))
made('anyOf of 500 texts of 1 MB', {'spec': {'type': 'string', 'anyOf': [{'pattern': f'^x{i}$'} for i in range(500)]}}, custom('y' * 1_000_000))
made('a large pattern asked 1 MB', {'spec': {'type': 'string', 'pattern': '^(([a-z]{1,30}[0-9]{0,20}){1,6}-)*x$'}}, custom('abc-' * 250_000))
made('a large pattern asked 40 000 times', {'spec': {'type': 'array', 'items': {'type': 'string', 'pattern': '^(([a-z]{1,30}[0-9]{0,20}){1,6}-)*x$'}}}, custom(['abc1-' * 4] * 40_000))
made('20 000 required', {'spec': {'type': 'object', 'properties': {f'p{i}': text for i in range(9_000)}, 'required': [f'p{i}' for i in range(9_000)]}}, custom({f'p{i}': 'x' for i in reversed(range(9_000))}))
made('defaults of 100 KB in 40 000 items', {'spec': {'type': 'array', 'items': {'type': 'object', 'properties': {'a': {'type': 'string', 'default': 'x' * 100_000}}}}}, custom([{}] * 40_000))
made('defaults of 1 000 values in 40 000 items', {'spec': {'type': 'array', 'items': {'type': 'object', 'properties': {f'a{i}': {'type': 'integer', 'default': 1} for i in range(1_000)}}}}, custom([{}] * 40_000))
made('defaults of 9 000 members', {'spec': {'type': 'object', 'properties': {f'p{i}': {'type': 'string', 'default': 'x'} for i in range(9_000)}}}, custom({}))
made('unknown members', {'spec': {'type': 'object', 'properties': {'a': text}}}, custom({f'p{i}': 'x' for i in range(D - 100)}))
made('free members', {'spec': {'type': 'object', 'x-kubernetes-preserve-unknown-fields': True}}, custom({f'p{i}': 'x' for i in range(D - 100)}))
made('a set of 44 000', {'spec': {'type': 'array', 'x-kubernetes-list-type': 'set', 'items': text}}, custom([f'v{i}' for i in range(44_000)]))
keyed = {'spec': {'type': 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'], 'items': {'type': 'object', 'required': ['k'], 'properties': {'k': text, 'v': {'type': 'string', 'minLength': 1}}}}}
made('a list map of 14 500', keyed, custom([{'k': f'v{i}', 'v': 'x'} for i in range(14_500)]))
stored = [('POST', HS, J, custom([{'k': f'v{i}', 'v': 'x'} for i in range(14_500)]))]
made('a list map of 14 500 replaced', keyed, custom([{'k': f'v{i}', 'v': 'y'} for i in range(14_500)]), 'PUT', HS + '/hostile', before=stored)
made('a list map of 14 500 applied', keyed, custom([{'k': f'v{i}', 'v': 'y'} for i in range(14_500)]), 'PATCH', HS + '/hostile?fieldManager=x&force=1', AP, before=stored)
short = {'type': 'string', 'maxLength': 10}
ruled = {'spec': {**keyed['spec'], 'items': {**keyed['spec']['items'], 'properties': {'k': short, 'v': short}, 'x-kubernetes-validations': [{'rule': 'self.v != oldSelf.v || self.k != ""'}]}, 'maxItems': 12_000}}
made('a list map with transition rules', ruled, custom([{'k': f'v{i}', 'v': 'y'} for i in range(12_000)]), 'PUT', HS + '/hostile', before=[('POST', HS, J, custom([{'k': f'v{i}', 'v': 'x'} for i in range(12_000)]))])
for rule in ('self.all(x, self.all(y, x + y != 0))', 'self.all(x, self.exists_one(y, x == y))', 'self.map(x, x * 2).size() > 0', 'self.filter(x, x > 1).all(x, x in self)'):
    made(f'rule {rule}'[:46], {'spec': {'type': 'array', 'maxItems': 700, 'items': number, 'x-kubernetes-validations': [{'rule': rule}] * 20}}, custom(list(range(700))))
listed = 'x in [' + ','.join(str(i) for i in range(1_000)) + ']'
below = {'type': 'array', 'maxItems': 200, 'items': number}
made('rules with three loops', {'spec': {**below, 'x-kubernetes-validations': [{'rule': '[1,2,3].all(z, self.all(x, self.all(y, x <= 100000 && z > 0)))'}] * 20}}, custom(list(range(200))))
made('rules that look 1 000 constants through', {'spec': {'type': 'array', 'maxItems': 5_000, 'items': number, 'x-kubernetes-validations': [{'rule': f'self.all(x, !({listed}))'}]}}, custom(list(range(20_000, 25_000))))
made('rules with patterns', {'spec': {'type': 'array', 'maxItems': 300, 'items': {'type': 'string', 'maxLength': 300}, 'x-kubernetes-validations': [{'rule': 'self.all(x, x.matches("^(([a-z]{1,30}[0-9]{0,20}){1,6}-)*x$"))'}] * 10}}, custom(['abc-' * 70] * 300))
made('rules with patterns of the object', {'spec': {'type': 'array', 'maxItems': 300, 'items': {'type': 'string', 'maxLength': 300}, 'x-kubernetes-validations': [{'rule': 'self.all(x, !"abc".matches(x))'}] * 10}}, custom(['(' + 'a{1,30}' * 30 + f'){i % 9 + 1}' for i in range(300)]))
made('rules that make texts', {'spec': {'type': 'array', 'maxItems': 150, 'items': {'type': 'string', 'maxLength': 100}, 'x-kubernetes-validations': [{'rule': 'self.all(x, self.all(y, (x + y).size() > 0))'}] * 10}}, custom(['abc-' * 20] * 150))
made('rules that split texts', {'spec': {'type': 'array', 'maxItems': 300, 'items': {'type': 'string', 'maxLength': 300}, 'x-kubernetes-validations': [{'rule': 'self.all(x, x.split("").size() > 0 && x.replace("a", "bbbbbbbb").size() > 0)'}] * 10}}, custom(['a' * 300] * 300))
made('rules that format', {'spec': {'type': 'array', 'maxItems': 300, 'items': {'type': 'string', 'maxLength': 300}, 'x-kubernetes-validations': [{'rule': 'self.all(x, "%s %s %s".format([x, self, self]) != "")'}] * 10}}, custom(['a' * 300] * 300))

made('rules that measure a text of 1 MB', {'spec': {'type': 'object', 'properties': {'s': {'type': 'string', 'maxLength': 1_000_000}, 'l': {'type': 'array', 'maxItems': 5_000, 'items': number}}, 'x-kubernetes-validations': [{'rule': 'self.l.all(x, self.s.size() > 0)'}] * 10}}, custom({'s': 'a' * 999_000, 'l': list(range(5_000))}))
made('rules that take letters of a text of 1 MB', {'spec': {'type': 'object', 'properties': {'s': {'type': 'string', 'maxLength': 1_000_000}, 'l': {'type': 'array', 'maxItems': 5_000, 'items': number}}, 'x-kubernetes-validations': [{'rule': 'self.l.all(x, self.s.charAt(900000 + x) != "z")'}] * 10}}, custom({'s': 'a' * 999_000, 'l': list(range(5_000))}))
made('rules that compare maps', {'spec': {'type': 'object', 'properties': {'m': {'type': 'object', 'maxProperties': 5_000, 'additionalProperties': short}, 'l': {'type': 'array', 'maxItems': 200, 'items': number}}, 'x-kubernetes-validations': [{'rule': 'self.l.all(x, self.m == self.m)'}] * 10}}, custom({'m': {f'k{i}': 'v' for i in range(5_000)}, 'l': list(range(200))}))
free = {'spec': {'type': 'object', 'x-kubernetes-preserve-unknown-fields': True, 'properties': {'a': short}, 'x-kubernetes-validations': [{'rule': 'self == oldSelf || true'}]}}
made('unknown members compared', free, custom({f'k{i}': 'w' for i in reversed(range(40_000))}), 'PUT', HS + '/hostile', before=[('POST', HS, J, custom({f'k{i}': 'w' for i in range(40_000)}))])
wide = {'spec': {'type': 'object', 'properties': {**{f'p{i}': number for i in range(9_000)}, 'l': {'type': 'array', 'maxItems': 2_000, 'items': number}}, 'x-kubernetes-validations': [{'rule': 'self.l.all(x, dyn(self)["q" + string(x)] == 1 || true)'}] * 5}}
made('rules that look for what is not there', wide, custom({**{f'p{i}': 1 for i in range(9_000)}, 'l': list(range(2_000))}))
made('rules with 300 patterns of the object', {'spec': {'type': 'array', 'maxItems': 300, 'items': {'type': 'string', 'maxLength': 300}, 'x-kubernetes-validations': [{'rule': 'self.all(x, !"abc".matches(x))'}] * 10}}, custom([f'({i}' + 'a{1,30}' * 30 + ')' for i in range(300)]))
made('rules with patterns that are none', {'spec': {'type': 'array', 'maxItems': 300, 'items': {'type': 'string', 'maxLength': 300}, 'x-kubernetes-validations': [{'rule': 'self.all(x, "abc".matches(x) || true)'}] * 10}}, custom([f'(({i}a{{1,30}}){{1,30}}){{1,30}}' for i in range(300)]))
for name, rule in {'make mistakes': 'self.all(x, self.all(y, x / (x - x) == 1 || true))', 'write numbers': 'self.all(x, self.all(y, string(x) != string(y) || true))', 'make quantities': 'self.all(x, self.all(y, quantity(string(x)).isGreaterThan(quantity("1k")) || true))',
                   'make lists': 'self.map(x, self.map(y, [x, y])).all(l, l.all(p, p[0] + p[1] >= 0))', 'make maps': 'self.all(x, self.all(y, {"a": x, "b": y}.a == x))', 'bind': 'self.all(x, self.all(y, [x].map(z, z + y)[0] >= 0))',
                   'ask for sets': 'self.all(x, sets.contains(self, self) && sets.equivalent(self, self))', 'sort': 'self.all(x, self.isSorted() && self.sum() >= x && self.max() >= x && self.indexOf(199) >= 0)'}.items():
    items_max = {'write numbers': 100, 'make quantities': 100, 'ask for sets': 60}.get(name, 200)
    made('rules that ' + name, {'spec': {**below, 'maxItems': items_max, 'x-kubernetes-validations': [{'rule': rule}] * 20}}, custom(list(range(items_max))))


def with_columns(paths):
    out = json.loads(definition({'spec': {'type': 'object', 'x-kubernetes-preserve-unknown-fields': True}}))
    out['spec']['versions'][0]['additionalPrinterColumns'] = [{'name': f'c{i}', 'type': 'string', 'jsonPath': path} for i, path in enumerate(paths)]
    return [('POST', DEFS, J, json.dumps(out))]


nest = {'x': 1}
for _ in range(60):
    nest = {'x': nest, 'y': [1, 2]}
TABLE = {'Accept': 'application/json;as=Table;v=v1;g=meta.k8s.io'}
for name, paths in {'1 000 columns': ['.spec.x'] * 1_000, 'columns that descend': ['.spec..x..x..x'] * 20, 'columns of all': ['.spec..*'] * 50, 'columns with filters': ['.spec.y[?(@ == 1)]'] * 1_000}.items():
    case('definition: ' + name, 'GET', HS, J, b'', headers=TABLE, before=with_columns(paths) + [('POST', HS, J, custom(nest))])
large = defined({f'p{i}': text for i in range(15_000)})
for path, headers in (('/openapi/v2', {}), ('/openapi/v3/apis/example.com/v1', {}), ('/openapi/v2', {'Accept': 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'})):
    case(f'definition: GET {path}' + (' as protobuf' if headers else ''), 'GET', path, J, b'', headers=headers, before=large)
# --- policies
VAP = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies'
BINDING = VAP.replace('policies', 'policybindings')
MATCH = {'resourceRules': [{'apiGroups': [''], 'apiVersions': ['v1'], 'operations': ['CREATE'], 'resources': ['configmaps']}]}
bound = json.dumps({'metadata': {'name': 'hostile'}, 'spec': {'policyName': 'hostile', 'validationActions': ['Deny'], 'matchResources': {'namespaceSelector': {'matchLabels': {'kubernetes.io/metadata.name': 'bench'}}}}})
case('policy: loops over the object', 'POST', MAPS, J, json.dumps(config_map(data={f'k{i}': 'v' for i in range(2_000)})), before=[
    ('POST', VAP, J, json.dumps({'metadata': {'name': 'hostile'}, 'spec': {'matchConstraints': MATCH, 'validations': [{'expression': 'object.data.all(k, object.data.all(l, object.data[k] == object.data[l]))'}] * 20}})), ('POST', BINDING, J, bound)])
case('policy: large audit annotations', 'POST', MAPS, J, json.dumps(config_map(data={'k': 'v' * 500_000})), before=[
    ('POST', VAP, J, json.dumps({'metadata': {'name': 'hostile'}, 'spec': {'matchConstraints': MATCH, 'validations': [{'expression': 'true'}], 'auditAnnotations': [{'key': f'k{i}', 'valueExpression': 'string(object.data.k) + string(object.data.k)'} for i in range(20)]}})), ('POST', BINDING, J, bound)])
