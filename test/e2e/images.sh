#!/bin/bash
# Images by hand, with a real registry on loopback: pull by tag and digest, list, remove, import of an OCI archive, in the folder of images
# that is read at start, and what is said of a tag that is missing and of a truncated archive. Pods run from what came each way.
set -Eeuo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
command -v runc >/dev/null || { echo "needs runc"; exit 77; }
source test/support/server.sh
source test/support/registry.sh
trap 'echo "failed: $BASH_COMMAND (line $LINENO)"' ERR
trap 'status=$?; trap - ERR; set +e; [ $status = 0 ] || { tail -n 30 "$work/log"; cat "$work/out"; k get pods -o wide; k get events; }
  stop_registry; remove_machine; exit $status' EXIT
image() {   # VERB...: what it said is in $work/out
  in_machine "$skiff" image "$@" --state-dir "$work/$machine" --data-dir "$work/data" >"$work/out" 2>&1
}
runs() {   # POD IMAGE: a pod that may not pull comes up and answers
  k run "$1" --image="$2" --image-pull-policy=Never --restart=Never >/dev/null
  k wait --for=condition=Ready "pod/$1" --timeout=30s >/dev/null
  wait_for 10 in_machine curl -sf --max-time 3 "http://$(k get pod "$1" -o jsonpath='{.status.podIP}'):8080"
}
# archive REPOSITORY TAG FILE: the pushed image as an OCI archive.
archive() {
  local root="$work/oci-$1-$2" manifest="$work/image-$1-$2.manifest" file digest
  mkdir -p "$root/blobs/sha256"
  for file in "$manifest" "$work/image-$1-$2.json" "$work/image-$1-$2.tar.gz" "$work/base.tar.gz"; do cp "$file" "$root/blobs/sha256/$(sha256sum "$file" | cut -d' ' -f1)"; done
  digest=sha256:$(sha256sum "$manifest" | cut -d' ' -f1)
  echo '{"imageLayoutVersion":"1.0.0"}' >"$root/oci-layout"
  printf '{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"%s","size":%d,"annotations":{"org.opencontainers.image.ref.name":"%s"}}]}' \
    "$digest" "$(stat -c %s "$manifest")" "example.test/$1:$2" >"$root/index.json"
  tar -C "$root" -cf "$3" .
}

make_machine images
start_registry
push_image web 1
push_image web 2
push_image web 3
archive web 3 "$work/web3.tar"
mkdir -p "$work/data/agent/images"
archive web 2 "$work/data/agent/images/web2.tar"
start_server
wait_ready

image pull "$registry/web:1"
image list
has "127.0.0.1:5000/web *1 " <"$work/out"
runs tagged "$registry/web:1"
digest=$(in_machine curl -sfI -H 'Accept: application/vnd.oci.image.manifest.v1+json' "http://$registry/v2/web/manifests/2" | awk 'tolower($1) == "docker-content-digest:" {print $2}' | tr -d '\r')
image pull "$registry/web@$digest"
runs digested "$registry/web@$digest"
runs placed example.test/web:2
image import "$work/web3.tar"
runs imported example.test/web:3
[ "$(k get pod imported -o jsonpath='{.status.containerStatuses[0].image}')" = example.test/web:3 ]

! image pull "$registry/web:none" || false
has 'web:none' <"$work/out"
head -c 100000 "$work/web3.tar" >"$work/short.tar"
! image import "$work/short.tar" || false
[ -s "$work/out" ]
k delete pod --all --now >/dev/null
image rm example.test/web:3
image list
! has 'example.test/web *3 ' <"$work/out" || false
k run gone --image=example.test/web:3 --image-pull-policy=Never --restart=Never >/dev/null
wait_for 20 sh -c "nsenter --net=/run/netns/$machine kubectl --kubeconfig '$work/kubeconfig.yaml' get pod gone | grep ErrImageNeverPull"
# A server that was killed has every image that it had.
kill -9 "$server_pid"
wait "$server_pid" 2>/dev/null || true
start_server
wait_ready                      # as it was before the kill: the agent may still be starting
wait_for 10 image list
has "127.0.0.1:5000/web *1 " <"$work/out"
echo "images: done"
