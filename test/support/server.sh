# For tests in bash: a machine is a network namespace with an uplink; start_server runs the release executable in it. Source it.
: "${skiff:=$(readlink -f build/release/skiff)}"
machine_ip=192.0.2.1

# The state folder has the machine's name, as the agent's cgroup has the folder's: tests that run at the same time keep apart.
make_machine() {   # NAME: a fresh namespace, data and state folders
  machine="skiff-$1-$$"
  work=$(mktemp -d "/tmp/$machine.XXXXXX")
  chmod 711 "$work"
  ip netns add "$machine"
  in_machine ip link set lo up
  in_machine ip link add up0 type veth peer name up1
  in_machine ip addr add "$machine_ip/24" dev up0
  in_machine ip link set up0 up
  in_machine ip link set up1 up
  in_machine ip route add default via 192.0.2.254 dev up0
}

# nsenter, because `ip netns exec` hides the cgroup file systems.
in_machine() { nsenter --net="/run/netns/$machine" "$@"; }
# A cache of its own: kubectl keeps what it knows of a server by address, and all machines of tests have the same.
k() { KUBECACHEDIR="$work/cache" in_machine kubectl --kubeconfig "$work/kubeconfig.yaml" "$@"; }

# has PATTERN...: grep that reads to the end. Under pipefail `grep -q` would fail the test when it ends before the program that writes.
has() { grep "$@" >/dev/null; }

start_server() {   # further flags as arguments
  # Not through in_machine: $! must be the server itself, for a kill -9 to hit it.
  nsenter --net="/run/netns/$machine" "$skiff" server --data-dir "$work/data" --state-dir "$work/$machine" --write-kubeconfig "$work/kubeconfig.yaml" --node-name node1 "$@" >>"$work/log" 2>&1 &
  server_pid=$!
}

wait_ready() {
  for _ in $(seq 600); do
    if [ -f "$work/kubeconfig.yaml" ] && k get nodes --no-headers 2>/dev/null | grep -qw Ready; then return 0; fi
    kill -0 "$server_pid" 2>/dev/null || { tail -n 20 "$work/log"; echo "the server ended"; return 1; }
    sleep 0.05
  done
  tail -n 20 "$work/log"
  echo "the node is not Ready"
  return 1
}

stop_server() {
  kill "$server_pid" 2>/dev/null || true
  wait "$server_pid" 2>/dev/null || true
}

# wait_for SECONDS COMMAND...: until it succeeds.
wait_for() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || { echo "waited in vain for: $*"; return 1; }
    sleep 0.2
  done
}

# What a reboot leaves of the machine: the data folder alone. The server has ended before.
down_everything() {
  pkill -KILL -f "monitor --dir $work/" 2>/dev/null || true
  for group in /sys/fs/cgroup/*/"$machine" /sys/fs/cgroup/"$machine"; do
    [ -d "$group/kubepods" ] || continue
    find "$group" -name cgroup.procs -exec cat {} + 2>/dev/null | xargs -r kill -KILL 2>/dev/null || true
    sleep 0.2
    find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true
  done
  awk -v w="$work/" 'index($2, w) == 1 {print $2}' /proc/mounts | sort -r | xargs -r -n1 umount -l 2>/dev/null || true
  rm -rf "${work:?}/$machine"
}

remove_machine() {
  k delete pods -A --all --force --grace-period=0 >/dev/null 2>&1 || true
  stop_server
  down_everything
  ip netns del "$machine" 2>/dev/null || true
  rm -rf "$work"
}
