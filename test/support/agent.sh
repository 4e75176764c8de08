# For tests in bash: a second machine, a network namespace with a cable to the first, and an agent that joins from it. Source it after server.sh.
second_ip=192.0.2.2

make_second() {   # after make_machine
  second="$machine-b"
  mkdir -p "$work/b"
  ip netns add "$second"
  ip link add toa netns "$second" type veth peer name tob netns "$machine"
  in_machine ip link set tob up
  in_machine ip route add "$second_ip/32" dev tob src "$machine_ip"
  in_second ip link set lo up
  in_second ip addr add "$second_ip/24" dev toa
  in_second ip link set toa up
  in_second ip route add default via "$machine_ip" dev toa
}

in_second() { nsenter --net="/run/netns/$second" "$@"; }

start_agent() {   # further flags as arguments
  nsenter --net="/run/netns/$second" "$skiff" agent --server "https://$machine_ip:6443" --token "$(cat "$work/data/server/node-token")" \
    --data-dir "$work/b/data" --state-dir "$work/runb" --node-name node2 "$@" >>"$work/b/log" 2>&1 &
  agent_pid=$!
}

stop_agent() {
  [ -z "${agent_pid:-}" ] || { kill "$agent_pid" 2>/dev/null || true; wait "$agent_pid" 2>/dev/null || true; }
}

remove_second() {   # before remove_machine, which removes the folders
  stop_agent
  for group in /sys/fs/cgroup/*/runb /sys/fs/cgroup/runb; do
    [ -d "$group/kubepods" ] || continue
    find "$group" -name cgroup.procs -exec cat {} + 2>/dev/null | xargs -r kill -KILL 2>/dev/null || true
    sleep 0.2
    find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true
  done
  ip netns del "$second" 2>/dev/null || true
}
