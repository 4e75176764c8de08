#!/bin/bash
# Secrets in the datastore: no plain text under the data folder through kill -9, rotation, and the upgrade of a cluster that had none.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
source test/support/server.sh
trap 'status=$?; [ $status = 0 ] || tail -n 40 "$work/log"; stop_server; ip netns del "$machine"; rm -rf "$work"; exit $status' EXIT
make_machine secrets
plain=swordfish-$RANDOM-of-the-seven-seas
encoded=$(printf %s "$plain" | base64 | cut -c1-24)
clear_text() { grep -rqaF -e "$plain" -e "$encoded" "$work/data"; }
sealed() { if clear_text; then echo "plain text under the data folder"; return 1; fi; }
fails() { if "$@"; then echo "succeeded: $*"; return 1; fi; }
encrypt() { in_machine "$skiff" secrets-encrypt "$@" --kubeconfig "$work/kubeconfig.yaml"; }
value() { k get secret "$1" -o jsonpath='{.data.word}' | base64 -d; }
up() { start_server --disable-agent "$@"; wait_for 20 k get --raw /readyz; wait_for 5 k get sa default; }

# A cluster that had no encryption.
up --secrets-encryption=false
k create secret generic old --from-literal=word="$plain"
k patch secret old -p '{"metadata":{"labels":{"a":"b"}}}'
encrypt status | has 'Encryption Status: Disabled'
clear_text
[ ! -e "$work/data/server/encryption-keys.json" ]
stop_server
# The same with the default: rewritten while it runs.
up
[ "$(stat -c %a "$work/data/server/encryption-keys.json")" = 600 ]
wait_for 10 sh -c "'$skiff' version >/dev/null; nsenter --net=/run/netns/$machine '$skiff' secrets-encrypt status --kubeconfig '$work/kubeconfig.yaml' | grep -q reencrypt_finished"
sealed
[ "$(value old)" = "$plain" ]

# Writes, rotations and kill -9 at the same time: every acknowledged Secret is there, in no file in the clear.
for i in $(seq 500); do k create secret generic "s$i" --from-literal=word="$plain" >/dev/null 2>&1 && echo "s$i" >>"$work/acknowledged" || break; done &
writer=$!
for i in 3 6 9; do
  wait_for 10 sh -c "[ \$(wc -l <'$work/acknowledged') -ge $i ]"
  encrypt rotate-keys >/dev/null
done
sealed
encrypt rotate-keys >/dev/null 2>&1 &
sleep 0.02
kill -KILL "$server_pid"; wait "$server_pid" 2>/dev/null || true
wait $writer || true
sealed
up
wait_for 10 sh -c "test \$(grep -o created '$work/data/server/encryption-keys.json' | wc -l) = 1"
sealed
[ -s "$work/acknowledged" ]
[ "$(value "$(tail -n 1 "$work/acknowledged")")" = "$plain" ]
k get secrets -o name | sed 's,secret/,,' >"$work/present"
while read -r name; do grep -qx "$name" "$work/present" || { echo "lost $name"; exit 1; }; done <"$work/acknowledged"
# A watch from an old revision reads the rewritten history.
revision=$(k get secret old -o jsonpath='{.metadata.resourceVersion}')
k get --raw "/api/v1/namespaces/default/secrets?watch=1&timeoutSeconds=1&resourceVersion=$revision" | has '"ADDED"'
fails k get --raw /v1-skiff/secrets-encrypt --as=somebody 2>/dev/null

encrypt disable | has 'Encryption Status: Disabled'
clear_text
encrypt enable | has 'reencrypt_finished'
sealed
[ "$(value old)" = "$plain" ]

# A damaged key file is an error that says what to do, and the file comes back from a backup.
stop_server
cp "$work/data/server/encryption-keys.json" "$work/keys"
echo '{' >"$work/data/server/encryption-keys.json"
fails in_machine timeout 10 "$skiff" server --disable-agent --data-dir "$work/data" --state-dir "$work/$machine" --write-kubeconfig "$work/kubeconfig.yaml" 2>"$work/err"
has 'restore it from a backup' "$work/err"
rm "$work/data/server/encryption-keys.json"
fails in_machine timeout 10 "$skiff" server --disable-agent --data-dir "$work/data" --state-dir "$work/$machine" --write-kubeconfig "$work/kubeconfig.yaml" 2>"$work/err"
has 'is encrypted with the key' "$work/err"
cp "$work/keys" "$work/data/server/encryption-keys.json"
up
[ "$(value old)" = "$plain" ]
echo "secrets: $(wc -l <"$work/acknowledged") Secrets through rotation and kill -9, none in the clear"
