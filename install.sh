#!/bin/sh
# Installs skiff and starts it: a server (a whole cluster), or with SKIFF_URL and SKIFF_TOKEN an agent that joins one.
#
#   ./install.sh                                     from a clone: builds, installs, starts, waits until the node is Ready
#   SKIFF_URL=https://HOST:6443 SKIFF_TOKEN=... ./install.sh
#   ... | sh -s - [server|agent] [FLAGS]             arguments go to the service
#
# Environment
#   SKIFF_URL, SKIFF_TOKEN, SKIFF_*     make this machine an agent; every SKIFF_ variable is kept for the service
#   SKIFF_BINARY                        install this executable instead of building
#   SKIFF_DOWNLOAD_URL                  fetch the executable from here; URL.sha256 must hold its checksum
#   INSTALL_SKIFF_EXEC                  arguments of the service, e.g. "server --disable-agent"
#   INSTALL_SKIFF_SKIP_START=true       install, do not start
#   INSTALL_SKIFF_SKIP_ENABLE=true      neither enable at boot nor start
#   INSTALL_SKIFF_SKIP_CHECK=true       go on although `skiff check` finds a problem
#   INSTALL_SKIFF_BIN_DIR               where the executable goes (/usr/local/bin)
#   INSTALL_SKIFF_NAME                  the service is named skiff-NAME (default: skiff, or skiff-agent for an agent)
# A second run upgrades in place: pods keep running. `skiff uninstall` undoes all of it.
set -eu

# Where things go; another root only for tests of this script.
root=${INSTALL_SKIFF_ROOT:-}
wait_s=180

if [ -t 1 ]; then bold=$(printf '\033[1m') green=$(printf '\033[32m') red=$(printf '\033[31m') plain=$(printf '\033[0m'); else bold='' green='' red='' plain=''; fi
started=$(date +%s)
step() { printf '%s==>%s %s %s(%d s)%s\n' "$green" "$plain" "$*" "$bold" $(($(date +%s) - started)) "$plain"; }
die() {
  printf '%sinstall.sh: %s%s\n' "$red" "$1" "$plain" >&2
  shift
  for line in "$@"; do printf '  %s\n' "$line" >&2; done
  exit 1
}

# --- what is wanted ------------------------------------------------------------------------------------------------------------------

plan() {
  [ "$(uname -s)" = Linux ] || die "needs Linux, this is $(uname -s)" "run it on the machine that shall be a node, or in a Linux virtual machine"
  [ "$(id -u)" = 0 ] || die "must run as root" "try: sudo $0 $*"
  # Arguments win over INSTALL_SKIFF_EXEC; a first word that is a flag means the default verb.
  [ $# -gt 0 ] || eval "set -- ${INSTALL_SKIFF_EXEC:-}"
  case ${1:-} in
    server | agent) verb=$1; shift ;;
    "" | -*) if [ -n "${SKIFF_URL:-}" ]; then verb=agent; else verb=server; fi ;;
    *) die "unknown command \"$1\"" "use: server or agent, followed by flags" ;;
  esac
  if [ "$verb" = agent ]; then
    [ -n "${SKIFF_URL:-}" ] || case " $* " in *" --server"* | *" -s "*) ;; *) die "an agent needs SKIFF_URL=https://SERVER:6443" "try: SKIFF_URL=https://SERVER:6443 SKIFF_TOKEN=... $0 agent" ;; esac
    case ${SKIFF_URL:-https://} in https://*) ;; *) die "SKIFF_URL=$SKIFF_URL: must start with https://" "for example https://192.0.2.10:6443" ;; esac
    [ -n "${SKIFF_TOKEN:-}${SKIFF_TOKEN_FILE:-}" ] || case " $* " in *" --token"* | *" -t "*) ;;
      *) die "an agent needs SKIFF_TOKEN" "on the server: cat /var/lib/skiff/server/node-token" ;; esac
  fi
  name=skiff
  [ "$verb" = server ] || name=skiff-agent
  if [ -n "${INSTALL_SKIFF_NAME:-}" ]; then
    case $INSTALL_SKIFF_NAME in *[!A-Za-z0-9_.-]*) die "INSTALL_SKIFF_NAME=$INSTALL_SKIFF_NAME: letters, digits, - _ . only" "for example INSTALL_SKIFF_NAME=test, whose service is skiff-test" ;; esac
    name=skiff-$INSTALL_SKIFF_NAME
  fi
  bin_dir=${INSTALL_SKIFF_BIN_DIR:-/usr/local/bin}
  case $bin_dir in /*) ;; *) die "INSTALL_SKIFF_BIN_DIR=$bin_dir: must be an absolute path" "for example /usr/local/bin" ;; esac
  bin_dir=$root$bin_dir
  source_dir=$(cd "$(dirname "$0")" 2>/dev/null && pwd || pwd)
  etc=$root/etc/skiff env_file=$root/etc/skiff/$name.env record=$root/etc/skiff/$name.install log=$root/var/log/$name.log
  if [ -d "$root/run/systemd/system" ]; then init=systemd
  elif [ -x "$root/sbin/openrc-run" ] || { [ -z "$root" ] && command -v openrc-run >/dev/null 2>&1; }; then init=openrc
  else init=none; fi
}

# The value of a flag among the service's arguments: flag_value DEFAULT NAME [LETTER] -- ARGUMENTS...
flag_value() {
  value=$1 flag=$2 letter=${3:-}
  shift 4
  while [ $# -gt 0 ]; do
    case $1 in
      "--$flag" | "-$letter") [ $# -gt 1 ] && value=$2 ;;
      "--$flag="*) value=${1#*=} ;;
    esac
    shift
  done
  printf %s "$value"
}

# --- the executable ------------------------------------------------------------------------------------------------------------------

have_apt() { command -v apt-get >/dev/null 2>&1 && command -v dpkg-query >/dev/null 2>&1; }
packages_now() { dpkg-query -W -f='${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p' | sort -u || :; }

fetch() {
  if command -v curl >/dev/null 2>&1; then curl -fsSL --retry 3 --connect-timeout 20 -o "$2" "$1"
  elif command -v wget >/dev/null 2>&1; then wget -q -T 20 -O "$2" "$1"
  else die "neither curl nor wget is installed" "try: apt-get install curl"; fi || die "could not fetch $1" "is the address right, and is the network up?" "nothing was changed"
}

download() {
  step "downloading $SKIFF_DOWNLOAD_URL"
  fetch "$SKIFF_DOWNLOAD_URL" "$work/skiff"
  fetch "$SKIFF_DOWNLOAD_URL.sha256" "$work/sum"
  wanted=$(cut -d' ' -f1 "$work/sum" | tr 'A-F' 'a-f')
  found=$(sha256sum "$work/skiff" | cut -d' ' -f1)
  [ "$wanted" = "$found" ] || die "the checksum of the download does not fit" "wanted $wanted" "found  $found" "nothing was changed; try again or another mirror"
}

build() {
  [ -f "$source_dir/CMakeLists.txt" ] && [ -x "$source_dir/scripts/build" ] || die "no executable and no source to build it from" \
    "run ./install.sh from a clone, or set SKIFF_BINARY or SKIFF_DOWNLOAD_URL"
  have_apt || die "building needs Debian's packages" "set SKIFF_BINARY to a ready executable"
  [ -d /usr/local/lib/skiff-deps ] || tree=/usr/local/lib/skiff-deps
  step "installing what the build needs"
  "$source_dir/scripts/install-deps" >"$work/deps.log" 2>&1 || { tail -n 20 "$work/deps.log" >&2; die "a package could not be installed" "see the message above; then run this again"; }
  step "building (about ten minutes on two cores the first time)"
  if [ -t 1 ]; then "$source_dir/scripts/build"; else "$source_dir/scripts/build" >"$work/build.log" 2>&1 || { tail -n 30 "$work/build.log" >&2; false; }; fi ||
    die "the build failed" "see the messages above" "a compiler that was killed had too little memory: try SKIFF_JOBS=1 ./install.sh"
  cp "$source_dir/build/release/skiff" "$work/skiff"
}

get_binary() {
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT TERM
  packages_now >"$work/packages"
  tree=""
  if [ -n "${SKIFF_BINARY:-}" ]; then
    [ -f "$SKIFF_BINARY" ] || die "SKIFF_BINARY=$SKIFF_BINARY: no such file" "give the path of a skiff executable, or leave SKIFF_BINARY out to build one"
    cp "$SKIFF_BINARY" "$work/skiff"
  elif [ -n "${SKIFF_DOWNLOAD_URL:-}" ]; then download
  else build; fi
  chmod 755 "$work/skiff"
  version=$("$work/skiff" version 2>"$work/error") || die "this executable does not run on this machine" "machine: $(uname -m)" \
    "$(head -n 1 "$work/error")" "if /tmp is mounted noexec: TMPDIR=/root $0"
}

install_runtime() {
  command -v runc >/dev/null 2>&1 && return 0
  case " $* " in *" --disable-agent "*) return 0 ;; esac
  have_apt || die "runc is missing" "install it from your distribution, then run this again"
  step "installing runc"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends runc >/dev/null 2>&1 ||
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends runc >/dev/null; } ||
    die "runc could not be installed" "try: apt-get update && apt-get install runc"
}

check_machine() {
  [ "${INSTALL_SKIFF_SKIP_CHECK:-}" != true ] || return 0
  case " $* " in *" --disable-agent "*) return 0 ;; esac
  "$work/skiff" check --quiet --data-dir "$data_dir" --kubelet-port "$(flag_value 10250 kubelet-port "" -- "$@")" \
    --https-listen-port "$([ "$verb" = agent ] && echo 0 || flag_value 6443 https-listen-port "" -- "$@")" \
    --cluster-cidr "$(flag_value 10.42.0.0/16 cluster-cidr "" -- "$@")" --service-cidr "$(flag_value 10.43.0.0/16 service-cidr "" -- "$@")" \
    >"$work/check" 2>&1 && return 0
  cat "$work/check" >&2
  die "this machine lacks something" "the lines above say what, and how to mend it; then run this again" "INSTALL_SKIFF_SKIP_CHECK=true goes on nevertheless" "nothing was changed"
}

# --- files ---------------------------------------------------------------------------------------------------------------------------

# Everything that is made goes into the record, which `skiff uninstall` reads (src/cli/installation.h).
note() { printf '%s %s\n' "$1" "$2" >>"$work/record"; }
make_dir() {
  [ ! -d "$1" ] || return 0
  make_dir "$(dirname "$1")"
  mkdir "$1" || die "cannot make $1" "is the file system read-only or full? see: df $(dirname "$1")"
  note dir "$1"
}

begin_record() {
  : >"$work/record"
  for pair in "name $name" "verb $verb" "init $init" "env $env_file"; do note "${pair%% *}" "${pair#* }"; done
  for argument in "$@"; do
    case $argument in *"
"*) die "an argument of the service holds a line break" "write such a value into /etc/skiff/config.yaml" ;; esac
    note arg "$argument"
  done
  # What an earlier run made stays ours.
  if [ -f "$record" ]; then grep -E '^(dir|tree|package) ' "$record" >>"$work/record" || :; fi
  [ -z "$tree" ] || note tree "$tree"
  packages_now | comm -13 "$work/packages" - | sed 's/^/package /' >>"$work/record"
}

write_script() {   # NAME, lines on stdin
  cat >"$bin_dir/.$1.new" && chmod 755 "$bin_dir/.$1.new" && mv -f "$bin_dir/.$1.new" "$bin_dir/$1" || die "cannot write $bin_dir/$1" "set INSTALL_SKIFF_BIN_DIR to a folder that can be written"
  note file "$bin_dir/$1"
}

install_files() {
  step "installing $bin_dir/skiff: $version"
  make_dir "$bin_dir"
  # A rename replaces a running executable safely.
  cp "$work/skiff" "$bin_dir/.skiff.new" 2>/dev/null && mv -f "$bin_dir/.skiff.new" "$bin_dir/skiff" ||
    die "cannot write $bin_dir/skiff" "set INSTALL_SKIFF_BIN_DIR to a folder that can be written" "$(df -P "$bin_dir" | tail -n 1)"
  make_dir "$etc"
  note file "$bin_dir/skiff"
  note binary "$bin_dir/skiff"
  write_script skiff-killall.sh <<SCRIPT
#!/bin/sh
# Stops the services and all pods of this machine, cleans network and mounts; data stays.
exec $bin_dir/skiff killall "\$@"
SCRIPT
  write_script "$name-uninstall.sh" <<SCRIPT
#!/bin/sh
# Undoes what install.sh did. Local volumes are kept unless --remove-volumes is given.
exec $bin_dir/skiff uninstall --name $name "\$@"
SCRIPT
  umask 077
  { env | grep -E '^(SKIFF_[A-Z_]*|NO_PROXY|HTTPS?_PROXY|no_proxy|https?_proxy)=' | grep -vE '^SKIFF_(BINARY|DOWNLOAD_URL|JOBS|DEPS)=' || :; } |
    sed -e 's/[\\"$`]/\\&/g' -e 's/=/="/' -e 's/$/"/' >"$env_file.new"
  # An upgrade that names no token keeps what was given before.
  if [ -f "$env_file" ]; then
    while IFS= read -r line; do grep -q "^${line%%=*}=" "$env_file.new" || printf '%s\n' "$line" >>"$env_file.new"; done <"$env_file"
  fi
  mv -f "$env_file.new" "$env_file" || die "cannot write $env_file" "is the file system read-only or full? see: df /etc"
  umask 022
}

# One word as sh reads it, and as systemd does.
sh_word() { case $1 in "" | *[!A-Za-z0-9_./:=,@%+-]*) printf "'%s'" "$(printf %s "$1" | sed "s/'/'\\\\''/g")" ;; *) printf %s "$1" ;; esac; }
systemd_word() { printf '"%s"' "$(printf %s "$1" | sed -e 's/[\\"]/\\&/g' -e 's/%/%%/g' -e 's/\$/$$/g')"; }
words() { how=$1; shift; for word in "$@"; do printf ' '; "$how" "$word"; done; }

write_service() {
  case $init in
    systemd) write_systemd "$@" ;;
    openrc) write_openrc "$@" ;;
    none) write_supervisor "$@" ;;
  esac
}

write_systemd() {
  unit=$root/etc/systemd/system/$name.service
  cat >"$unit" <<UNIT || die "cannot write $unit" "is the file system read-only or full? see: df /etc"
[Unit]
Description=skiff: lightweight Kubernetes ($verb)
Wants=network-online.target
After=network-online.target firewalld.service

[Service]
Type=notify
EnvironmentFile=-/etc/default/%N
EnvironmentFile=-$env_file
ExecStart=$bin_dir/skiff $verb$(words systemd_word "$@")
# Pods outlive the service: only the main process is stopped. When the machine goes down they are ended in order.
KillMode=process
ExecStopPost=-$bin_dir/skiff killall --name $name --on-shutdown
Delegate=yes
Restart=always
RestartSec=2s
TimeoutStartSec=0
TimeoutStopSec=45s
LimitNOFILE=1048576
LimitNPROC=infinity
LimitCORE=infinity
TasksMax=infinity
OOMScoreAdjust=-999

[Install]
WantedBy=multi-user.target
UNIT
  note file "$unit"
  systemctl daemon-reload || die "systemctl daemon-reload failed" "is systemd running?"
}

write_openrc() {
  script=$root/etc/init.d/$name
  cat >"$script" <<SERVICE || die "cannot write $script" "is the file system read-only or full? see: df /etc"
#!/sbin/openrc-run
description="skiff: lightweight Kubernetes ($verb)"
supervisor=supervise-daemon
respawn_delay=2
respawn_max=0
command=$(sh_word "$bin_dir/skiff")
command_args=$(sh_word "$verb$(words sh_word "$@")")
output_log=$log
error_log=$log
pidfile=/run/$name.pid
rc_ulimit="-n 1048576"
depend() {
  after network-online firewall
  want cgroups
}
# Pods outlive the service; when the machine goes down they are ended in order.
stop_post() {
  RC_RUNLEVEL=\$RC_RUNLEVEL $bin_dir/skiff killall --name $name --on-shutdown || :
}
set -o allexport
[ ! -f $env_file ] || . $env_file
set +o allexport
SERVICE
  chmod 755 "$script"
  note file "$script"
  note file "$log"
  rotate_log
}

# No init system that we know: a small supervisor, started now and by whoever starts the machine.
write_supervisor() {
  write_script "$name-supervise" <<LOOP
#!/bin/sh
# Runs skiff $verb and starts it again when it ends, until this is ended itself. Pods outlive both.
set -a
[ ! -f $env_file ] || . $env_file
set +a
child=
trap 'kill -TERM \$child 2>/dev/null; wait \$child; rm -f /run/$name.pid; exit 0' TERM INT
echo \$\$ >/run/$name.pid
ulimit -n 1048576 2>/dev/null || :
while :; do
  if [ -f $log ] && [ \$(wc -c <$log) -gt 10485760 ]; then mv -f $log $log.1; fi
  $bin_dir/skiff $verb$(words sh_word "$@") >>$log 2>&1 &
  child=\$!
  status=0
  wait \$child || status=\$?
  echo "$name-supervise: ended with status \$status; next start in 2 s" >>$log
  sleep 2 &
  child=\$!
  wait \$child
done
LOOP
  note file "$log"
  note file "$log.1"
  rotate_log
}

rotate_log() {
  [ -d "$root/etc/logrotate.d" ] || return 0
  printf '%s {\n  missingok\n  notifempty\n  size 10M\n  rotate 2\n  copytruncate\n}\n' "$log" >"$root/etc/logrotate.d/$name"
  note file "$root/etc/logrotate.d/$name"
}

end_record() { sort -u "$work/record" | grep -v '^arg ' >"$work/sorted" || :; grep '^arg ' "$work/record" >>"$work/sorted" || :; cp "$work/sorted" "$record"; chmod 600 "$record"; }

# --- start ---------------------------------------------------------------------------------------------------------------------------

start_service() {
  [ "${INSTALL_SKIFF_SKIP_ENABLE:-}" = true ] && { step "installed; not enabled and not started, as asked"; return 1; }
  case $init in
    systemd) systemctl enable -q "$name" || die "systemctl could not enable $name" ;;
    openrc) rc-update -q add "$name" default || die "rc-update could not add $name" ;;
  esac
  [ "${INSTALL_SKIFF_SKIP_START:-}" = true ] && { step "installed; not started, as asked"; return 1; }
  step "starting $name"
  log_from=0
  case $init in
    systemd) systemctl reset-failed "$name" 2>/dev/null || :
      systemctl restart --no-block "$name" || die "systemctl could not start $name" "see: journalctl -u $name" ;;
    openrc) rc-service -q "$name" restart || die "rc-service could not start $name" "see: $log" ;;
    none)
      [ ! -f "$log" ] || log_from=$(wc -c <"$log")
      end_supervisor
      setsid "$bin_dir/$name-supervise" </dev/null >/dev/null 2>&1 & ;;
  esac
}

end_supervisor() {
  old=$(cat "/run/$name.pid" 2>/dev/null) || return 0
  grep -q -- "$name-supervise" "/proc/$old/cmdline" 2>/dev/null || return 0
  kill -TERM "$old" 2>/dev/null || return 0
  end=$(($(date +%s) + 30))
  while kill -0 "$old" 2>/dev/null; do
    [ "$(date +%s)" -lt $end ] || die "the running $name (pid $old) does not stop" "end it by hand, then run this again"
    sleep 0.1
  done
}

new_log() { if [ "$init" = none ] && [ -f "$log" ]; then tail -c "+$((log_from + 1))" "$log"; elif [ -f "$log" ]; then tail -n 50 "$log"; fi; }
show_log() {
  case $init in
    systemd) journalctl -u "$name" -n 20 --no-pager 2>/dev/null >&2 || : ;;
    *) new_log | tail -n 20 >&2 ;;
  esac
}
# A service that ends again and again will not become better by waiting.
keeps_ending() {
  case $init in
    systemd) restarts=$(systemctl show -p NRestarts --value "$name" 2>/dev/null || echo 0) ;;
    none) restarts=$(new_log | grep -c "^$name-supervise: ended with status" || :) ;;
    *) restarts=0 ;;
  esac
  [ "${restarts:-0}" -ge 2 ]
}

# wait_until WHAT HINT CONDITION...
wait_until() {
  what=$1 hint=$2
  shift 2
  end=$(($(date +%s) + wait_s))
  until "$@"; do
    if keeps_ending; then show_log; die "$name ends again and again" "its last lines are above; mend the cause, then run this again" "$hint"; fi
    [ "$(date +%s)" -lt $end ] || { show_log; die "$what in $wait_s s" "the last lines of the log are above" "$hint" "look at this machine: $bin_dir/skiff check"; }
    sleep 0.25
  done
}

# In use by another process than before counts: the old one has ended when the new one is started.
port_open() { grep -q "^ *[0-9]*: [0-9A-F]*:$(printf %04X "$1") [0-9A-F:]* 0A " /proc/net/tcp /proc/net/tcp6 2>/dev/null; }
node_ready() { [ -f "$kubeconfig" ] && KUBECONFIG=$kubeconfig "$bin_dir/skiff" kubectl get nodes 2>/dev/null | grep -qw Ready; }
api_up() { [ -f "$kubeconfig" ] && KUBECONFIG=$kubeconfig "$bin_dir/skiff" kubectl get namespaces >/dev/null 2>&1; }
unit_active() { [ "$init" != systemd ] || [ "$(systemctl is-active "$name")" = active ]; }
agent_up() { unit_active && port_open "$kubelet_port"; }

wait_ready() {
  kubeconfig=$(flag_value "${SKIFF_KUBECONFIG_OUTPUT:-/etc/skiff/kubeconfig.yaml}" write-kubeconfig o -- "$@")
  kubelet_port=$(flag_value 10250 kubelet-port "" -- "$@")
  if [ "$verb" = agent ]; then
    step "waiting until the agent has joined"
    wait_until "the agent did not come up" "are SKIFF_URL and SKIFF_TOKEN right, and is the server's port reachable?" agent_up
    step "${bold}joined ${SKIFF_URL:-the cluster}$plain; on the server: skiff kubectl get nodes"
    return
  fi
  case " $* " in *" --disable-agent "*)
    step "waiting until the API answers"
    wait_until "the API did not come up" "is another program on its port?" api_up
    step "${bold}the API is up$plain; this server runs no node; its kubeconfig is $kubeconfig"
    return ;;
  esac
  step "waiting until the node is Ready"
  wait_until "the node did not become Ready" "the node's conditions say why: KUBECONFIG=$kubeconfig skiff kubectl get nodes -o yaml" node_ready
  step "${bold}ready$plain"
  echo
  KUBECONFIG=$kubeconfig "$bin_dir/skiff" kubectl get nodes -o wide
  next_steps
}

next_steps() {
  address=$(hostname -I 2>/dev/null | cut -d' ' -f1)
  cat <<TEXT

The administrator's kubeconfig is $kubeconfig
Try next:
  ${bold}export KUBECONFIG=$kubeconfig$plain
  ${bold}skiff kubectl create deployment hello --image=skiff/hello --replicas=3$plain
  ${bold}skiff kubectl get pods -o wide$plain
Another machine joins with:
  SKIFF_URL=https://${address:-ADDRESS}:$(flag_value 6443 https-listen-port "" -- "$@") SKIFF_TOKEN=\$(cat $data_dir/server/node-token) ./install.sh
TEXT
  [ "$init" != none ] || printf 'No systemd or OpenRC here: let what starts this machine run\n  setsid %s &\n' "$bin_dir/$name-supervise"
}

main() {
  plan "$@"
  [ $# -gt 0 ] || eval "set -- ${INSTALL_SKIFF_EXEC:-}"
  case ${1:-} in server | agent) shift ;; esac
  data_dir=$(flag_value "${SKIFF_DATA_DIR:-/var/lib/skiff}" data-dir d -- "$@")
  get_binary
  install_runtime "$@"
  check_machine "$@"
  begin_record "$@"
  install_files
  write_service "$@"
  end_record
  if start_service; then wait_ready "$@"; fi
}

# In one piece: a download that was cut off must not run in part.
main "$@"
