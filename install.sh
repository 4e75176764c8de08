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
#   INSTALL_SKIFF_BIN_DIR               where the executable goes (/usr/local/bin)
#   INSTALL_SKIFF_NAME                  name of the service (skiff, or skiff-agent for an agent)
# A second run upgrades in place: pods keep running.
set -eu

if [ -t 1 ]; then bold=$(printf '\033[1m') green=$(printf '\033[32m') red=$(printf '\033[31m') plain=$(printf '\033[0m'); else bold='' green='' red='' plain=''; fi
started=$(date +%s)
step() { printf '%s==>%s %s %s(%d s)%s\n' "$green" "$plain" "$*" "$bold" $(($(date +%s) - started)) "$plain"; }
die() {
  printf '%sinstall.sh: %s%s\n' "$red" "$1" "$plain" >&2
  shift
  for line in "$@"; do printf '  %s\n' "$line" >&2; done
  exit 1
}

bin_dir=${INSTALL_SKIFF_BIN_DIR:-/usr/local/bin}
source_dir=$(cd "$(dirname "$0")" 2>/dev/null && pwd || pwd)

plan() {
  [ "$(id -u)" = 0 ] || die "must run as root" "try: sudo $0 $*"
  [ "$(uname -s)" = Linux ] || die "needs Linux, this is $(uname -s)"
  # Arguments win over INSTALL_SKIFF_EXEC; a first word that is a flag means the default verb.
  [ $# -gt 0 ] || eval "set -- ${INSTALL_SKIFF_EXEC:-}"
  case ${1:-} in
    server | agent) verb=$1; shift ;;
    "" | -*) if [ -n "${SKIFF_URL:-}" ]; then verb=agent; else verb=server; fi ;;
    *) die "unknown command \"$1\"" "use: server or agent, followed by flags" ;;
  esac
  if [ "$verb" = agent ]; then
    [ -n "${SKIFF_URL:-}" ] || case " $* " in *" --server"* | *" -s "*) ;; *) die "an agent needs SKIFF_URL=https://SERVER:6443" ;; esac
    [ -n "${SKIFF_TOKEN:-}${SKIFF_TOKEN_FILE:-}" ] || case " $* " in *" --token"* | *" -t "*) ;;
      *) die "an agent needs SKIFF_TOKEN" "on the server: cat /var/lib/skiff/server/node-token" ;; esac
  fi
  name=${INSTALL_SKIFF_NAME:-skiff}
  if [ "$verb" = agent ] && [ -z "${INSTALL_SKIFF_NAME:-}" ]; then name=skiff-agent; fi
  arguments=""
  for argument in "$@"; do arguments="$arguments $(quote "$argument")"; done
  env_file=/etc/skiff/$name.env
  if [ -d /run/systemd/system ]; then init=systemd
  elif command -v openrc-run >/dev/null 2>&1 || [ -x /sbin/openrc-run ]; then init=openrc
  else init=none; fi
}

# One word for systemd, OpenRC and sh alike.
quote() { case $1 in *[!A-Za-z0-9_./:=,@%+-]*) printf '"%s"' "$(printf %s "$1" | sed 's/[\\"$`]/\\&/g')" ;; *) printf %s "$1" ;; esac; }

have_package_manager() { command -v apt-get >/dev/null 2>&1; }

get_binary() {
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  if [ -n "${SKIFF_BINARY:-}" ]; then
    [ -f "$SKIFF_BINARY" ] || die "SKIFF_BINARY=$SKIFF_BINARY: no such file"
    cp "$SKIFF_BINARY" "$work/skiff"
  elif [ -n "${SKIFF_DOWNLOAD_URL:-}" ]; then
    step "downloading $SKIFF_DOWNLOAD_URL"
    fetch "$SKIFF_DOWNLOAD_URL" "$work/skiff"
    fetch "$SKIFF_DOWNLOAD_URL.sha256" "$work/sum"
    wanted=$(cut -d' ' -f1 "$work/sum")
    found=$(sha256sum "$work/skiff" | cut -d' ' -f1)
    [ "$wanted" = "$found" ] || die "the checksum of the download does not fit" "wanted $wanted" "found  $found" "nothing was changed; try again or another mirror"
  else
    [ -f "$source_dir/CMakeLists.txt" ] || die "no executable and no source to build it from" \
      "run ./install.sh from a clone, or set SKIFF_BINARY or SKIFF_DOWNLOAD_URL"
    have_package_manager || die "building needs Debian's packages" "set SKIFF_BINARY to a ready executable"
    step "installing what the build needs"
    "$source_dir/scripts/install-deps" || die "a package could not be installed" "see the message above; then run this again"
    step "building (a few minutes the first time)"
    if [ -t 1 ]; then "$source_dir/scripts/build"; else "$source_dir/scripts/build" >"$work/build.log" 2>&1 || { tail -n 30 "$work/build.log"; false; }; fi ||
      die "the build failed" "see the messages above"
    cp "$source_dir/build/release/skiff" "$work/skiff"
  fi
  chmod 755 "$work/skiff"
  "$work/skiff" version >/dev/null 2>&1 || die "this executable does not run on this machine" "machine: $(uname -m)"
}

fetch() {
  if command -v curl >/dev/null 2>&1; then curl -fsSL --retry 3 -o "$2" "$1"
  elif command -v wget >/dev/null 2>&1; then wget -q -O "$2" "$1"
  else die "neither curl nor wget is installed" "try: apt-get install curl"; fi || die "could not fetch $1"
}

install_runtime() {
  command -v runc >/dev/null 2>&1 && return 0
  have_package_manager || die "runc is missing" "install it from your distribution, then run this again"
  step "installing runc"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends runc >/dev/null 2>&1 ||
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends runc >/dev/null; } ||
    die "runc could not be installed" "try: apt-get install runc"
}

install_files() {
  step "installing $bin_dir/skiff"
  mkdir -p "$bin_dir" /etc/skiff
  # A rename replaces a running executable safely.
  cp "$work/skiff" "$bin_dir/.skiff.new" && mv -f "$bin_dir/.skiff.new" "$bin_dir/skiff" ||
    die "cannot write $bin_dir/skiff" "set INSTALL_SKIFF_BIN_DIR to a folder that can be written"
  umask 077
  env | grep -E '^(SKIFF_|NO_PROXY=|HTTPS?_PROXY=|no_proxy=|https?_proxy=)' | grep -vE '^SKIFF_(BINARY|DOWNLOAD_URL)=' |
    sed -e 's/[\\"$`]/\\&/g' -e 's/=/="/' -e 's/$/"/' >"$env_file" || :
  umask 022
}

write_service() {
  case $init in
    systemd)
      cat >"/etc/systemd/system/$name.service" <<UNIT
[Unit]
Description=skiff: lightweight Kubernetes ($verb)
Wants=network-online.target
After=network-online.target

[Service]
Type=notify
EnvironmentFile=-$env_file
ExecStart=$bin_dir/skiff $verb$arguments
# Pods outlive the service: only the main process is stopped.
KillMode=process
Delegate=yes
Restart=always
RestartSec=2s
TimeoutStartSec=0
LimitNOFILE=1048576
LimitNPROC=infinity
LimitCORE=infinity
TasksMax=infinity

[Install]
WantedBy=multi-user.target
UNIT
      systemctl daemon-reload ;;
    openrc)
      cat >"/etc/init.d/$name" <<SERVICE
#!/sbin/openrc-run
description="skiff: lightweight Kubernetes ($verb)"
supervisor=supervise-daemon
respawn_delay=2
command=$bin_dir/skiff
command_args="$verb$arguments >>/var/log/$name.log 2>&1"
depend() { after network-online; want cgroups; }
set -o allexport
[ ! -f $env_file ] || . $env_file
set +o allexport
SERVICE
      chmod 755 "/etc/init.d/$name" ;;
    none)
      # No init system that we know: a small supervisor, started now and by whoever starts the machine.
      cat >"$bin_dir/$name-supervise" <<LOOP
#!/bin/sh
# Runs skiff $verb and starts it again when it ends, until the stop file appears.
set -a
[ ! -f $env_file ] || . $env_file
set +a
trap 'kill -TERM \$child 2>/dev/null; wait \$child; rm -f /run/$name.pid; exit 0' TERM INT
echo \$\$ >/run/$name.pid
while :; do
  $bin_dir/skiff $verb$arguments >>/var/log/$name.log 2>&1 &
  child=\$!
  wait \$child
  sleep 2 & wait \$!
done
LOOP
      chmod 755 "$bin_dir/$name-supervise" ;;
  esac
}

start_service() {
  [ "${INSTALL_SKIFF_SKIP_ENABLE:-}" = true ] && { step "not enabled and not started, as asked"; return 1; }
  case $init in
    systemd) systemctl enable -q "$name" ;;
    openrc) rc-update -q add "$name" default ;;
  esac
  [ "${INSTALL_SKIFF_SKIP_START:-}" = true ] && { step "not started, as asked"; return 1; }
  step "starting $name"
  case $init in
    systemd) systemctl restart --no-block "$name" ;;
    openrc) rc-service -q "$name" restart ;;
    none)
      if [ -f "/run/$name.pid" ] && kill -0 "$(cat "/run/$name.pid")" 2>/dev/null; then
        old=$(cat "/run/$name.pid")
        kill -TERM "$old"
        for _ in $(seq 100); do kill -0 "$old" 2>/dev/null || break; sleep 0.1; done
      fi
      setsid "$bin_dir/$name-supervise" </dev/null >/dev/null 2>&1 & ;;
  esac
}

show_log() {
  case $init in
    systemd) journalctl -u "$name" -n 20 --no-pager 2>/dev/null || : ;;
    *) tail -n 20 "/var/log/$name.log" 2>/dev/null || : ;;
  esac
}

wait_ready() {
  [ "$verb" = server ] || { wait_agent; return; }
  kubeconfig=${SKIFF_KUBECONFIG_OUTPUT:-/etc/skiff/kubeconfig.yaml}
  step "waiting until the node is Ready"
  for _ in $(seq 240); do
    if [ -f "$kubeconfig" ] && "$bin_dir/skiff" kubectl --kubeconfig "$kubeconfig" get nodes --no-headers 2>/dev/null | grep -qw Ready; then
      step "${bold}ready$plain"
      echo
      "$bin_dir/skiff" kubectl --kubeconfig "$kubeconfig" get nodes -o wide
      cat <<TEXT

The administrator's kubeconfig is $kubeconfig
Try next:
  ${bold}export KUBECONFIG=$kubeconfig$plain
  ${bold}skiff kubectl create deployment hello --image=skiff/hello --replicas=3$plain
  ${bold}skiff kubectl get pods -o wide$plain
Another machine joins with:
  SKIFF_URL=https://$(hostname -I 2>/dev/null | cut -d' ' -f1):6443 SKIFF_TOKEN=\$(cat /var/lib/skiff/server/node-token) ./install.sh
TEXT
      return 0
    fi
    case " $arguments " in *" --disable-agent "*) [ -f "$kubeconfig" ] && { step "the API is up; this server runs no node"; return 0; } ;; esac
    sleep 0.25
  done
  show_log
  die "the node did not become Ready in 60 s" "the last lines of the log are above" "look at this machine: $bin_dir/skiff check"
}

wait_agent() {
  step "waiting until the agent is up"
  for _ in $(seq 240); do
    if curl -sk -o /dev/null --max-time 1 "https://127.0.0.1:10250/healthz" 2>/dev/null || grep -q ':280A ' /proc/net/tcp /proc/net/tcp6 2>/dev/null; then
      step "${bold}joined ${SKIFF_URL:-the cluster}$plain; on the server: skiff kubectl get nodes"
      return 0
    fi
    sleep 0.25
  done
  show_log
  die "the agent did not come up in 60 s" "the last lines of the log are above" "are SKIFF_URL and SKIFF_TOKEN right, and is port 6443 of the server reachable?"
}

plan "$@"
get_binary
install_runtime
install_files
write_service
if start_service; then wait_ready; fi
