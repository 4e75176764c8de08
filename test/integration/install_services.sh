#!/bin/bash
# The services that install.sh writes, on faked machines (a root folder each, stand-ins for systemctl and rc-service that note what they are told): the
# unit and the OpenRC script carry arguments and variables unharmed, and an upgrade keeps what was set before.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
work=$(mktemp -d /tmp/skiff-services.XXXXXX)
trap 'status=$?; [ $status = 0 ] || tail -n 20 "$work/out"; rm -rf "$work"; exit $status' EXIT
# A stand-in for the executable is enough: nothing is started.
printf '#!/bin/sh\n[ "$1" = version ] && echo "skiff 0"\nexit 0\n' >"$work/skiff"
mkdir "$work/tools"
for tool in systemctl rc-service rc-update; do
  printf '#!/bin/sh\necho "%s $*" >>"%s"\n[ "$1" != show ] || echo 0\n' "$tool" "$work/calls" >"$work/tools/$tool"
done
printf '#!/bin/sh\nexit 0\n' >"$work/tools/runc"
chmod 755 "$work/skiff" "$work/tools"/*

fake_machine() {   # NAME: the root folder of one
  root=$work/$1
  mkdir -p "$root/etc/systemd/system" "$root/etc/init.d" "$root/etc/logrotate.d" "$root/var/log" "$root/usr/local/bin"
  [ "$1" != systemd ] || mkdir -p "$root/run/systemd/system"
  [ "$1" != openrc ] || { mkdir -p "$root/sbin"; cp "$work/skiff" "$root/sbin/openrc-run"; }
}
install() { env -u SKIFF_URL PATH="$work/tools:$PATH" SKIFF_BINARY="$work/skiff" INSTALL_SKIFF_ROOT="$root" INSTALL_SKIFF_SKIP_START=true "$@" >"$work/out" 2>&1; }
# What a shell makes of a line, one argument a line.
shell_words() { sh -c "set -- $1; printf '<%s>\n' \"\$@\""; }
odd='a b"c$d%e\f'"'g"

fake_machine systemd
install SKIFF_NODE_NAME="$odd" SKIFF_TOKEN=secret sh ./install.sh server --node-label "$odd" --tls-san x
unit=$root/etc/systemd/system/skiff.service
# systemd.syntax(7): quotes and backslashes are escaped in quotes, % and $ are doubled.
grep -qxF 'ExecStart='"$root"'/usr/local/bin/skiff server "--node-label" "a b\"c$$d%%e\\f'"'"'g" "--tls-san" "x"' "$unit"
for line in Type=notify KillMode=process Delegate=yes Restart=always LimitNOFILE=1048576 TasksMax=infinity OOMScoreAdjust=-999; do grep -qx -- "$line" "$unit"; done
grep -q 'systemctl daemon-reload' "$work/calls"
grep -q 'systemctl enable -q skiff' "$work/calls"
[ "$(stat -c %a "$root/etc/skiff/skiff.env")" = 600 ]
[ "$(sh -c ". $root/etc/skiff/skiff.env; printf %s \"\$SKIFF_NODE_NAME\"")" = "$odd" ]
! grep -q SKIFF_BINARY "$root/etc/skiff/skiff.env" || exit 1
if command -v systemd-analyze >/dev/null; then sed "s,$root/usr/local/bin/skiff,/bin/true,g" "$unit" >"$work/skiff.service"; systemd-analyze verify "$work/skiff.service"; fi
install SKIFF_NODE_NAME=new sh ./install.sh
grep -qx 'SKIFF_NODE_NAME="new"' "$root/etc/skiff/skiff.env"
grep -qx 'SKIFF_TOKEN="secret"' "$root/etc/skiff/skiff.env"
grep -qxF "ExecStart=$root/usr/local/bin/skiff server" "$unit"

fake_machine openrc
: >"$work/calls"
install SKIFF_URL=https://server:6443 SKIFF_TOKEN="$odd" sh ./install.sh --node-label "$odd" --node-label x=y
script=$root/etc/init.d/skiff-agent
sh -n "$script"
[ -x "$script" ]
grep -q 'rc-update -q add skiff-agent default' "$work/calls"
# OpenRC evaluates command_args once more when it starts the command.
arguments=$(sh -c ". $script >/dev/null 2>&1; printf %s \"\$command_args\"")
[ "$(shell_words "$arguments")" = "$(printf '<%s>\n' agent --node-label "$odd" --node-label x=y)" ]
[ "$(sh -c ". $script; printf %s \"\$SKIFF_TOKEN\"")" = "$odd" ]
[ "$(sh -c ". $script; printf %s \"\$SKIFF_URL\"")" = https://server:6443 ]
grep -q "^pidfile=/run/skiff-agent.pid" "$script"
grep -q "supervisor=supervise-daemon" "$script"
grep -qxF "arg $odd" "$root/etc/skiff/skiff-agent.install"
[ -f "$root/etc/logrotate.d/skiff-agent" ]
sh -n "$root/usr/local/bin/skiff-killall.sh" && sh -n "$root/usr/local/bin/skiff-agent-uninstall.sh"

fake_machine none
install sh ./install.sh server --tls-san "$odd"
sh -n "$root/usr/local/bin/skiff-supervise"
line=$(grep ' server .*>>' "$root/usr/local/bin/skiff-supervise")
line=${line#*skiff server }
[ "$(shell_words "${line%% >>*}")" = "$(printf '<%s>\n' --tls-san "$odd")" ]
echo "services: done"
