#!/bin/bash
# Custom resources with the real kubectl: live at once, pruned, defaulted, validated, scaled, explained, converted, kept over a restart, gone with
# their definition.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
source test/support/server.sh
trap 'status=$?; [ $status = 0 ] || tail -n 40 "$work/log"; stop_server; ip netns del "$machine"; rm -rf "$work"; exit $status' EXIT
make_machine crd
start_server --disable-agent
wait_for 20 k get --raw /readyz

cat >"$work/definition.yaml" <<'YAML'
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: things, singular: thing, kind: Thing, shortNames: [th], categories: [all]}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            required: [size]
            properties:
              size: {type: integer, minimum: 1, description: "How big it is."}
              colour: {type: string, default: blue}
            x-kubernetes-validations:
            - {rule: "self.colour != 'red' || self.size < 10", message: red things are small}
          status: {type: object, x-kubernetes-preserve-unknown-fields: true}
    subresources: {status: {}, scale: {specReplicasPath: .spec.size, statusReplicasPath: .status.size}}
    selectableFields: [{jsonPath: .spec.colour}]
    additionalPrinterColumns: [{name: Size, type: integer, jsonPath: .spec.size}]
  - name: v1beta1
    served: true
    storage: false
    schema:
      openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
YAML
k apply -f "$work/definition.yaml"
k wait --for=condition=Established crd/things.example.com --timeout=5s
echo '{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"a"},"spec":{"size":3}}' >"$work/a.json"
k apply -f "$work/a.json"
[ "$(k get thing a -o jsonpath='{.spec.colour}')" = blue ]
k get th | grep -E '^NAME +SIZE'
k get all | has thing.example.com/a
k get things.v1beta1.example.com a -o jsonpath='{.apiVersion}' | has example.com/v1beta1
k scale thing a --replicas=5
[ "$(k get thing a -o jsonpath='{.spec.size}')" = 5 ]
[ "$(k get things --field-selector spec.colour=blue -o name)" = thing.example.com/a ]
[ -z "$(k get things --field-selector spec.colour=green -o name)" ]
k explain thing.spec.size | has 'How big it is.'

refused() { ! k patch thing a --type=merge -p "$1" 2>"$work/err" && grep -q "$2" "$work/err"; }
refused '{"spec":{"size":0}}' 'should be greater than or equal to 1'
refused '{"spec":{"colour":"red","size":20}}' 'red things are small'
! k create --validate=strict -f - 2>"$work/err" <<<'{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"b"},"spec":{"size":1,"other":2}}' || false
grep -q 'unknown field "spec.other"' "$work/err"
k apply --server-side --field-manager=m -f - <<<'{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"c"},"spec":{"size":1}}'
[ "$(k get thing c -o jsonpath='{.metadata.managedFields[0].manager}' --show-managed-fields)" = m ]
k get apiservices v1.example.com -o jsonpath='{.status.conditions[0].reason}' | has Local

# The generic rules for metadata: any name may be a finalizer of a custom object.
k patch thing c --type=merge -p '{"metadata":{"finalizers":["plain"]}}'
k patch thing c --type=merge -p '{"metadata":{"finalizers":null}}'

stop_server
start_server --disable-agent
wait_for 20 k get --raw /readyz
[ "$(k get thing a -o jsonpath='{.spec.size}')" = 5 ]

k patch thing a --type=merge -p '{"metadata":{"finalizers":["example.com/wait"]}}'
k delete crd things.example.com --wait=false
sleep 1
[ "$(k get things -o name)" = thing.example.com/a ]
! k create -f "$work/a.json" 2>/dev/null || false
k patch thing a --type=merge -p '{"metadata":{"finalizers":null}}'
k wait --for=delete crd/things.example.com --timeout=10s
! k get things 2>/dev/null || false
echo "crd: done"
