#!/bin/bash
# install.sh from the first failure to the last leftover, on machines made of a private mount, network and UTS namespace: what it writes goes to
# file systems in memory, and nothing of the real machine changes. There is no service manager in there, so this is the supervised background process;
# test/vm does the same with systemd.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
command -v runc >/dev/null || { echo "needs runc"; exit 77; }
command -v python3 >/dev/null || { echo "needs python3"; exit 77; }
: "${skiff:=$(readlink -f build/release/skiff)}"
top=$PWD
work=$(mktemp -d /tmp/skiff-install.XXXXXX)
chmod 711 "$work"

# machine NAME: a holder process owns its namespaces; on NAME COMMAND... runs there.
declare -A holder
machine() {
  unshare --mount --net --uts --propagation private sleep 3600 &
  holder[$1]=$!
  for _ in $(seq 50); do [ "$(readlink "/proc/${holder[$1]}/ns/net")" != "$(readlink /proc/self/ns/net)" ] && break; sleep 0.1; done
  on "$1" bash -s "$1" "$work" <<'SETUP'
set -e
hostname "$1"
mkdir -p "$2/$1"; mount -t tmpfs tmpfs "$2/$1"
for folder in /etc /usr/local/bin /usr/local/lib /var/lib /opt; do
  mkdir -p "$2/$1/up$folder" "$2/$1/work$folder"
  mount -t overlay overlay -o "lowerdir=$folder,upperdir=$2/$1/up$folder,workdir=$2/$1/work$folder" "$folder"
done
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /var/log
rm -rf /etc/skiff /usr/local/bin/skiff*
mkdir -p /var/lib/skiff; mount -t tmpfs tmpfs /var/lib/skiff   # layers of images cannot lie on an overlay
ip link set lo up
SETUP
}
on() { local pid=${holder[$1]}; shift; nsenter -t "$pid" --mount --net --uts --wd="$top" "$@"; }
a() { on a "$@"; }
k() { on a env KUBECONFIG=/etc/skiff/kubeconfig.yaml kubectl "$@"; }
clean() {
  status=$?
  [ $status = 0 ] || { a tail -n 30 /var/log/skiff.log 2>/dev/null || true; [ ! -f "$work/out" ] || tail -n 30 "$work/out"; }
  for name in "${!holder[@]}"; do
    on "$name" sh -c 'for f in /run/skiff*.pid; do [ -f $f ] && kill -TERM $(cat $f); done; sleep 1' 2>/dev/null || true
    for state in /run/skiff /run/skiff-b; do on "$name" "$skiff" killall --state-dir $state --grace 0 >/dev/null 2>&1 || true; done
    kill -KILL "${holder[$name]}" 2>/dev/null || true
  done
  [ -z "${web:-}" ] || kill "$web" 2>/dev/null || true
  rm -rf "$work"
  exit $status
}
trap clean EXIT
say() { printf '\n-- %s\n' "$*"; }
# What a machine holds, to be compared before and after. Logs of others and the lists of packages do not count.
inventory() {
  on "$1" sh -c 'find /etc /usr/local/bin /var/lib/skiff /var/log /run -xdev ! -path "/run/netns*" ! -path "/var/log/apt*" ! -path /etc/ld.so.cache | sort; find /var/lib/skiff | sort
    ip -o link | sed "s/@.*//; s/^[0-9]*: //" | cut -d: -f1 | sort; nft list ruleset; grep -E " (/run|/var/lib)/skiff[^ ]*/" /proc/self/mounts
    find /sys/fs/cgroup -type d -name skiff; for f in ip_forward conf/all/send_redirects; do cat /proc/sys/net/ipv4/$f; done'
}
# fails MESSAGE COMMAND...: install.sh ends with that message and leaves nothing.
fails() {
  local message=$1
  shift
  if a env "$@" >"$work/out" 2>&1; then echo "no failure: $*"; return 1; fi
  grep -qF -- "$message" "$work/out" || { echo "expected: $message"; cat "$work/out"; return 1; }
  [ "$(wc -l <"$work/out")" -ge 2 ] || grep -q 'set -- \|use:\|http' "$work/out" || { echo "no hint: $(cat "$work/out")"; return 1; }
  a test ! -e /usr/local/bin/skiff
  a test ! -e /etc/skiff
  echo "ok: $message"
}
# never COMMAND...: it must fail (a ! before a command would not end the script).
never() { if "$@" >/dev/null 2>&1; then echo "should have failed: $*"; return 1; fi; }
wait_for() { local end=$((SECONDS + $1)); shift; until "$@" >/dev/null 2>&1; do [ $SECONDS -lt $end ] || { echo "waited in vain for: $*"; return 1; }; sleep 0.2; done; }

machine a
machine b
a ip link add up0 type veth peer name up0 netns "${holder[b]}"
for side in a:1 b:2; do
  on "${side%:*}" ip addr add "192.0.2.${side#*:}/24" dev up0
  on "${side%:*}" ip link set up0 up
  on "${side%:*}" ip route add default via 192.0.2.254 dev up0
done
mkdir "$work/web"
cp "$skiff" "$work/web/skiff"
(cd "$work/web" && sha256sum skiff >skiff.sha256 && cp skiff bad && echo "0000  bad" >bad.sha256)
# Not through a(): $! must be the server itself, to be ended.
nsenter -t "${holder[a]}" --mount --net --uts --wd="$top" python3 -m http.server --bind 127.0.0.1 --directory "$work/web" 8099 >/dev/null 2>&1 &
web=$!
inventory a >"$work/before"

say "failures say what to do and change nothing"
fails "must run as root" setpriv --reuid=65534 --clear-groups sh ./install.sh
fails 'unknown command "frobnicate"' sh ./install.sh frobnicate
fails "an agent needs SKIFF_URL" sh ./install.sh agent
fails "must start with https://" SKIFF_URL=http://x SKIFF_TOKEN=t sh ./install.sh
fails "an agent needs SKIFF_TOKEN" SKIFF_URL=https://x:6443 sh ./install.sh
fails "no such file" SKIFF_BINARY=/nowhere sh ./install.sh
fails "does not run on this machine" SKIFF_BINARY=/etc/hostname sh ./install.sh
fails "letters, digits" INSTALL_SKIFF_NAME='a b' sh ./install.sh
fails "must be an absolute path" INSTALL_SKIFF_BIN_DIR=bin SKIFF_BINARY="$skiff" sh ./install.sh
wait_for 10 a curl -sf -o /dev/null http://127.0.0.1:8099/bad.sha256
fails "checksum of the download does not fit" SKIFF_DOWNLOAD_URL=http://127.0.0.1:8099/bad sh ./install.sh
fails "could not fetch http://127.0.0.1:8099/missing" SKIFF_DOWNLOAD_URL=http://127.0.0.1:8099/missing sh ./install.sh
fails "no executable and no source" sh -c "cd / && sh -s - <$top/install.sh"
fails "this machine lacks something" SKIFF_BINARY="$skiff" sh ./install.sh --data-dir /proc/skiff
a mount --bind /usr/local/bin /mnt
a mount -o remount,ro,bind /mnt
fails "cannot write /mnt/skiff" SKIFF_BINARY="$skiff" INSTALL_SKIFF_BIN_DIR=/mnt sh ./install.sh || { a rmdir /etc/skiff; }
a umount /mnt

say "a ready executable from a loopback server, piped into sh"
a env SKIFF_DOWNLOAD_URL=http://127.0.0.1:8099/skiff SKIFF_NOTE='a "b" $c `d` \e' sh -s - --node-label rack=7 <install.sh 2>&1 | tee "$work/out" || true
grep -q "ready" "$work/out"
grep -q "export KUBECONFIG=/etc/skiff/kubeconfig.yaml" "$work/out"
a cat /etc/skiff/skiff.install
k get nodes -o wide
[ "$(k get nodes -o jsonpath='{.items[0].metadata.labels.rack}')" = 7 ] || { echo "no label"; exit 1; }

say "pods, a Service, logs, exec"
k create deployment hello --image=skiff/hello --replicas=3
k expose deployment hello --port=80 --target-port=8080
k rollout status deployment hello --timeout=60s
address=$(k get service hello -o jsonpath='{.spec.clusterIP}')
wait_for 10 a curl -sf -o /dev/null --max-time 2 "http://$address"
wait_for 10 sh -c "nsenter -t ${holder[a]} --mount --net env KUBECONFIG=/etc/skiff/kubeconfig.yaml kubectl logs deployment/hello | grep listening"
k exec deployment/hello -- /skiff version
a skiff check --quiet
identity() { k get pods -o jsonpath='{range .items[*]}{.metadata.name} {.status.containerStatuses[0].containerID} {.status.containerStatuses[0].restartCount}{"\n"}{end}' | sort; }
identity >"$work/pods"

say "an upgrade in place restarts no pod"
server_pid() { a sh -c 'pgrep -P "$(cat /run/skiff.pid)" -x skiff'; }
old=$(server_pid)
cp "$skiff" "$work/new"
a env SKIFF_BINARY="$work/new" sh ./install.sh --node-label rack=7 2>&1 | tee "$work/out" || true
grep -q ready "$work/out"
new=$(server_pid)
[ "$old" != "$new" ]
identity | diff "$work/pods" -
a curl -sf --max-time 5 "http://$address" | grep pod:

say "kill -9 of the server: the supervisor starts it again"
kill -KILL "$new"
started_anew() { p=$(server_pid) && [ "$p" != "$new" ]; }
wait_for 20 started_anew
wait_for 20 k get --raw /readyz
identity | diff "$work/pods" -

say "an agent joins with SKIFF_URL and SKIFF_TOKEN"
token=$(a cat /var/lib/skiff/server/node-token)
on b env SKIFF_BINARY="$skiff" SKIFF_URL=https://192.0.2.1:6443 SKIFF_TOKEN="$token" INSTALL_SKIFF_EXEC="--state-dir /run/skiff-b --node-label 'side=b'" sh ./install.sh 2>&1 |
  tee "$work/out" || true
grep -q "joined https://192.0.2.1:6443" "$work/out"
k wait node/b --for=condition=Ready --timeout=20s
k get nodes -o wide
[ "$(k get node b -o jsonpath='{.metadata.labels.side}')" = b ]
k scale deployment hello --replicas=6
k rollout status deployment hello --timeout=60s
[ "$(k get pods -o jsonpath='{range .items[*]}{.spec.nodeName}{"\n"}{end}' | sort -u | wc -l)" = 2 ]
on b curl -sf --max-time 5 "http://$address" >/dev/null
on b test -x /usr/local/bin/skiff-agent-uninstall.sh
on b grep -q '^SKIFF_TOKEN="' /etc/skiff/skiff-agent.env
[ "$(on b stat -c %a /etc/skiff/skiff-agent.env)" = 600 ]

say "a wrong token: the log is shown, and the end is early"
inventory b >"$work/b-with-agent"
if on b env SKIFF_BINARY="$skiff" SKIFF_URL=https://192.0.2.1:6443 SKIFF_TOKEN=wrong INSTALL_SKIFF_NAME=two INSTALL_SKIFF_EXEC="agent --data-dir /var/lib/skiff/two --state-dir /run/skiff-two --kubelet-port 10350" \
  INSTALL_SKIFF_SKIP_CHECK=true sh ./install.sh >"$work/out" 2>&1; then echo "a wrong token joined"; exit 1; fi
cat "$work/out"
grep -q "skiff-two ends again and again" "$work/out"
grep -qi token "$work/out"
on b skiff uninstall --name skiff-two
k wait node/b --for=condition=Ready --timeout=20s
on b curl -sf --max-time 5 "http://$address" >/dev/null
inventory b | diff "$work/b-with-agent" -

say "the agent is uninstalled; the executable went with it"
on b skiff-agent-uninstall.sh --dry-run
on b skiff-agent-uninstall.sh
on b test ! -e /usr/local/bin/skiff
on b test ! -e /etc/skiff
wait_for 60 sh -c "nsenter -t ${holder[a]} --mount --net env KUBECONFIG=/etc/skiff/kubeconfig.yaml kubectl get node b | grep NotReady"
k delete node b
k scale deployment hello --replicas=3
k rollout status deployment hello --timeout=60s

say "killall ends pods and cleans network and mounts; a start brings them back"
a sh -c 'mkdir -p /var/lib/skiff/storage/pvc-1 && echo kept >/var/lib/skiff/storage/pvc-1/data'
a skiff-killall.sh
never a ip link show skiff0
never a nft list table inet skiff
a test ! -e /run/skiff
[ -z "$(find /sys/fs/cgroup -type d -name skiff)" ]
never a grep -qE ' (/var/lib/skiff/agent|/run/skiff)/' /proc/self/mounts
a skiff killall --grace 0   # a second time
a env SKIFF_BINARY="$skiff" sh ./install.sh >"$work/out" 2>&1 || true
grep -q ready "$work/out"
k rollout status deployment hello --timeout=60s
[ "$(k get pods --no-headers | grep -cw Running)" = 3 ]

say "uninstall leaves nothing but local volumes"
a skiff-uninstall.sh
[ "$(a cat /var/lib/skiff/storage/pvc-1/data)" = kept ]
a rm -rf /var/lib/skiff/storage
inventory a | diff "$work/before" - || { echo "something was left over"; exit 1; }

say "SKIP_START, SKIP_ENABLE, BIN_DIR, NAME, local volumes removed when asked"
a env SKIFF_BINARY="$skiff" INSTALL_SKIFF_SKIP_START=true INSTALL_SKIFF_BIN_DIR=/opt/skiff/bin INSTALL_SKIFF_NAME=edge sh ./install.sh --data-dir /var/lib/skiff/edge
a test -x /opt/skiff/bin/skiff-edge-supervise
a test ! -e /run/skiff-edge.pid
a mkdir -p /var/lib/skiff/edge/storage/pvc-2 /var/lib/skiff/edge/server /var/lib/skiff/edge/mine
a /opt/skiff/bin/skiff uninstall --remove-volumes
a test ! -e /opt/skiff
[ "$(a ls /var/lib/skiff/edge)" = mine ]
a rm -r /var/lib/skiff/edge
a env SKIFF_BINARY="$skiff" INSTALL_SKIFF_SKIP_ENABLE=true sh ./install.sh | grep "not enabled and not started"
a skiff uninstall
inventory a | diff "$work/before" - || { echo "something was left over"; exit 1; }
echo "install: done"
