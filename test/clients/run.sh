#!/bin/bash
# Real clients, unchanged, against a running skiff: run.sh [CLIENT...] (python javascript go rust java kubectl helm operator; default: all).
# Packages and builds go to SKIFF_CLIENTS_CACHE (default ~/.cache/skiff-clients); what has no toolchain here is skipped, said aloud.
# KUBECTLS names further kubectl executables, HELM a helm. Needs root, runc and the package registries, so CI does not run it by default.
set -uo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
command -v runc >/dev/null || { echo "needs runc"; exit 77; }
source test/support/server.sh
here=$PWD/test/clients cache=${SKIFF_CLIENTS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/skiff-clients}
mkdir -p "$cache"
trap 'remove_machine' EXIT
make_machine clients
start_server
wait_ready || exit 1
passed=0 failed=0 skipped=0

skip() { skipped=$((skipped + 1)); echo "skip  $1: $2"; }
# runs NAME COMMAND...: in the machine, with its kubeconfig.
runs() {
  local name=$1
  shift
  if KUBECONFIG="$work/kubeconfig.yaml" in_machine timeout 300 "$@" >"$work/$name.out" 2>&1 </dev/null; then passed=$((passed + 1)); echo "ok    $name"
  else failed=$((failed + 1)); echo "FAIL  $name"; tail -n 30 "$work/$name.out"; fi
}
# builds NAME COMMAND...: outside of the machine, where the registries are.
builds() {
  local name=$1
  shift
  "$@" >"$cache/$name.log" 2>&1 </dev/null && return
  failed=$((failed + 1)); echo "FAIL  $name: the client could not be made"; tail -n 15 "$cache/$name.log"
  return 1
}
copy() { mkdir -p "$cache/$1" && cp -r "$here/$1/." "$cache/$1/"; }
go_build() { (cd "$cache/$1" && go mod tidy && nice go build -p 1 -ldflags "${3:-}" -o "$2" .); }

python() {
  command -v python3 >/dev/null || { skip python "no python3"; return; }
  make() { [ -x "$cache/python/bin/python" ] || python3 -m venv "$cache/python"; "$cache/python/bin/pip" install -q kubernetes; }
  builds python make && runs python "$cache/python/bin/python" "$here/python/tour.py"
}
javascript() {
  command -v npm >/dev/null || { skip javascript "no npm"; return; }
  copy javascript
  make() { (cd "$cache/javascript" && npm install --silent); }
  builds javascript make && runs javascript node "$cache/javascript/tour.mjs"
}
go_client() {
  command -v go >/dev/null || { skip go "no go"; return; }
  copy go
  builds go go_build go tour && runs go "$cache/go/tour"
}
rust() {
  command -v cargo >/dev/null || { skip rust "no cargo"; return; }
  copy rust
  make() { (cd "$cache/rust" && nice cargo build -q -j1); }
  builds rust make && runs rust "$cache/rust/target/debug/tour"
}
java_client() {
  command -v mvn >/dev/null && command -v java >/dev/null || { skip java "no java or no mvn"; return; }
  copy java
  make() { (cd "$cache/java" && mvn -q -B compile dependency:build-classpath -Dmdep.outputFile=classpath); }
  builds java make && runs java java -cp "$cache/java/target/classes:$(cat "$cache/java/classpath")" Tour
}
operator() {
  command -v go >/dev/null || { skip operator "no go"; return; }
  copy operator
  # Static: it runs in an image of nothing else.
  CGO_ENABLED=0 builds operator go_build operator operator "-s -w" &&
    runs operator bash "$here/operator/tour.sh" "$cache/operator/operator" "$skiff" --data-dir "$work/data" --state-dir "$work/$machine"
}
kubectl_all() {
  local each number=0
  for each in $(command -v kubectl) ${KUBECTLS:-}; do
    number=$((number + 1))
    runs "kubectl-$number" bash "$here/kubectl/tour.sh" "$each" "client-kubectl-$number"
  done
  command -v go >/dev/null || { skip kubectl-1.20 "no go"; return; }
  copy kubectl
  local version=k8s.io/component-base/version
  builds kubectl-1.20 go_build kubectl kubectl "-s -w -X $version.gitVersion=v1.20.15 -X $version.gitMajor=1 -X $version.gitMinor=20" &&
    runs kubectl-1.20 bash "$here/kubectl/tour.sh" "$cache/kubectl/kubectl" client-kubectl-old
}
helm_client() {
  HELM=${HELM:-$(command -v helm || true)}
  [ -n "$HELM" ] || { skip helm "no helm (HELM names one)"; return; }
  runs helm bash "$here/helm/tour.sh" "$HELM" client-helm
}

for client in "${@:-python javascript kubectl helm go rust java operator}"; do
  for one in $client; do
    case $one in
      go) go_client ;;
      kubectl) kubectl_all ;;
      helm) helm_client ;;
      java) java_client ;;
      python | javascript | rust | operator) "$one" ;;
      *) echo "no client $one"; exit 2 ;;
    esac
  done
done
printf '\n%d passed, %d failed, %d skipped\n' $passed $failed $skipped
[ $failed = 0 ] && [ $passed -gt 0 ]
