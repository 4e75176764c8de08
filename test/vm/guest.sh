#!/bin/bash
# install.sh on a machine with systemd and cgroup v2, from the first run to the last leftover. Run as root inside a throw-away virtual machine, in a folder
# that holds skiff (the release executable), install.sh and, where the machine has none, kubectl. See README.md.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here"
[ -d /run/systemd/system ] || { echo "needs systemd"; exit 77; }
[ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ] || { echo "needs cgroup v2"; exit 77; }
export KUBECONFIG=/etc/skiff/kubeconfig.yaml
k() { kubectl "$@"; }
say() { printf '\n-- %s (%d s)\n' "$*" $SECONDS; }
trap 'status=$?; [ $status = 0 ] || { journalctl -u skiff --no-pager | tail -n 40; systemctl status skiff --no-pager || true; kubectl get pods -A -o wide || true; kubectl get events | tail -n 20 || true; }' EXIT
# never COMMAND...: it must fail (a ! before a command would not end the script).
never() { if "$@" >/dev/null 2>&1; then echo "should have failed: $*"; return 1; fi; }
wait_for() { local end=$((SECONDS + $1)); shift; until "$@" >/dev/null 2>&1; do [ $SECONDS -lt $end ] || { echo "waited in vain for: $*"; return 1; }; sleep 1; done; }
# Journal, random seeds and caches of the system change by themselves.
inventory() {
  find / -xdev \( -path /proc -o -path /sys -o -path /mnt -o -path /tmp -o -path /var/log/journal -o -path /run/log -o -path /var/lib/systemd -o -path /var/tmp -o -path /root \
    -o -path /var/cache -o -path /run/systemd -o -path /run/udev \) -prune -o -print | sort
  ip -o link | sed 's/@.*//; s/^[0-9]*: //' | cut -d: -f1 | sort
  ip route; ip rule
  nft list ruleset
  awk '$2 !~ "^/(proc|mnt)" {print $2, $3}' /proc/mounts | sort
  find /sys/fs/cgroup -mindepth 1 -maxdepth 1 -type d | sort
  for name in net/ipv4/ip_forward net/ipv4/conf/all/send_redirects; do echo "$name $(cat /proc/sys/$name)"; done
}
identity() { k get pods -l app=hello -o jsonpath='{range .items[*]}{.metadata.name} {.status.containerStatuses[0].containerID} {.status.containerStatuses[0].restartCount}{"\n"}{end}' | sort; }

[ -x /usr/local/bin/kubectl ] || command -v kubectl >/dev/null || { cp kubectl /usr/local/bin/kubectl; chmod 755 /usr/local/bin/kubectl; }
# The machine has no network card: an uplink that leads nowhere gives it an address and a default route.
if ! ip route | grep -q default; then
  ip link add uplink type veth peer name uplink1
  ip addr add 192.0.2.10/24 dev uplink
  ip link set uplink up
  ip link set uplink1 up
  ip route add default via 192.0.2.254 dev uplink
fi
cp skiff /root/skiff
inventory >/root/before

say "check, before anything is installed"
/root/skiff check

say "install"
SKIFF_BINARY=/root/skiff sh ./install.sh
systemctl is-enabled skiff
[ "$(systemctl is-active skiff)" = active ]
k get nodes -o wide

say "pods, a Service, logs, exec, limits as cgroup v2 has them"
k create deployment hello --image=skiff/hello --replicas=3
k set resources deployment hello --limits=cpu=200m,memory=64Mi
k expose deployment hello --port=80 --target-port=8080
k rollout status deployment hello --timeout=180s
address=$(k get service hello -o jsonpath='{.spec.clusterIP}')
wait_for 30 curl -sf -o /dev/null --max-time 5 "http://$address"
curl -s --max-time 10 "http://$address"
wait_for 30 sh -c "kubectl logs deployment/hello | grep listening"
k exec deployment/hello -- /skiff version
k get pods -l app=hello -o wide
uid=$(k get pods -l app=hello -o jsonpath='{.items[0].metadata.uid}')
group=$(find /sys/fs/cgroup/skiff -type d -name "pod$uid")
grep -x 67108864 "$group"/memory.max
grep '^20000 ' "$group"/cpu.max
systemctl daemon-reload   # a service manager that reads its units anew leaves our groups alone
grep -x 67108864 "$group"/memory.max
identity >/root/pods

say "a pod that takes too much memory is killed for it"
k apply -f - <<'YAML'
apiVersion: v1
kind: Pod
metadata: {name: greedy}
spec:
  restartPolicy: Never
  containers:
  - name: c
    image: skiff/hello
    command: ["/skiff", "hello", "--port=8081"]
    resources: {limits: {memory: 1Mi}}
YAML
wait_for 90 sh -c "kubectl get pod greedy -o yaml | grep -E 'OOMKilled|StartError|ContainerCannotRun'"
k get pod greedy -o jsonpath='{.status.containerStatuses[0].state}'; echo
k delete pod greedy --now

say "kill -9 of the server: systemd starts it again, no pod restarts"
old=$(systemctl show -p MainPID --value skiff)
kill -KILL "$old"
curl -sf --max-time 10 "http://$address" >/dev/null
back() { local pid; pid=$(systemctl show -p MainPID --value skiff); [ "$pid" != 0 ] && [ "$pid" != "$old" ] && kubectl get --raw /readyz; }
wait_for 60 back
identity | diff /root/pods -

say "systemctl restart, as an upgrade of the unit would"
systemctl restart skiff
wait_for 60 k get --raw /readyz
identity | diff /root/pods -

say "upgrade in place"
cp skiff /root/skiff2
SKIFF_BINARY=/root/skiff2 sh ./install.sh
identity | diff /root/pods -
curl -sf --max-time 10 "http://$address" >/dev/null
systemctl stop skiff
curl -sf --max-time 10 "http://$address" >/dev/null   # Services work without the server
never sh -c 'journalctl -u skiff --no-pager | grep -E "remains running|left-over process"'
systemctl start skiff
wait_for 60 k get --raw /readyz
identity | diff /root/pods -
skiff check

say "killall, and back"
skiff-killall.sh
never ip link show skiff0
[ ! -e /sys/fs/cgroup/skiff ]
[ -z "$(nft list ruleset)" ]
systemctl start skiff
wait_for 60 k get --raw /readyz
running() { [ "$(kubectl get pods -l app=hello --no-headers | grep -c '1/1 *Running')" = 3 ]; }
wait_for 120 running
wait_for 30 curl -sf -o /dev/null --max-time 5 "http://$address"

say "the machine goes down: pods are ended in order (a service manager that says it is stopping, for this one call)"
mkdir -p /root/fake
printf '#!/bin/sh\n[ "$1" = is-system-running ] && echo stopping\n' >/root/fake/systemctl
chmod 755 /root/fake/systemctl
systemctl stop skiff
PATH=/root/fake:$PATH skiff killall --name skiff --on-shutdown
[ ! -e /sys/fs/cgroup/skiff ]
[ -z "$(pgrep -f 'skiff monitor')" ]
systemctl start skiff
wait_for 120 running

say "uninstall keeps local volumes, and nothing else"
mkdir -p /var/lib/skiff/storage/pvc-1
echo kept >/var/lib/skiff/storage/pvc-1/data
skiff-uninstall.sh --dry-run
skiff-uninstall.sh
[ "$(cat /var/lib/skiff/storage/pvc-1/data)" = kept ]
rm -r /var/lib/skiff
inventory | diff /root/before - || { echo "something was left over"; exit 1; }
echo "vm: done"
