#!/bin/bash
# Runs a kube-apiserver with its etcd on loopback, the oracle of the differential tests.
#   oracle.sh up DIR | down DIR     BIN: folder of kube-apiserver and etcd; PORT: of the API (16443); FLAGS: more flags
# Start it in the network namespace of the skiff that is compared. The token is "oracle", a member of system:masters.
set -e
verb=$1 dir=$2 port=${PORT:-16443}
case $verb in
up)
    mkdir -p "$dir" && cd "$dir"
    openssl genrsa -out sa.key 2048 2>/dev/null
    openssl rsa -in sa.key -pubout -out sa.pub 2>/dev/null
    openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -subj /CN=ca -days 2 2>/dev/null
    echo 'oracle,admin,admin,"system:masters"' >tokens.csv
    setsid "$BIN/etcd" --data-dir "$dir/etcd" --unsafe-no-fsync --listen-client-urls http://127.0.0.1:12379 \
        --advertise-client-urls http://127.0.0.1:12379 --listen-peer-urls http://127.0.0.1:12380 >etcd.log 2>&1 </dev/null &
    echo $! >etcd.pid
    setsid "$BIN/kube-apiserver" --etcd-servers=http://127.0.0.1:12379 --secure-port="$port" --bind-address=127.0.0.1 \
        --advertise-address=192.0.2.1 --cert-dir="$dir/certs" --service-account-key-file=sa.pub --service-account-signing-key-file=sa.key \
        --service-account-issuer=https://kubernetes.default.svc.cluster.local --token-auth-file=tokens.csv \
        --authorization-mode=Node,RBAC --service-cluster-ip-range=10.43.0.0/16 --client-ca-file=ca.crt \
        --enable-admission-plugins=NodeRestriction --enable-bootstrap-token-auth --allow-privileged=true \
        --requestheader-client-ca-file=ca.crt --requestheader-username-headers=X-Remote-User \
        --requestheader-group-headers=X-Remote-Group --requestheader-extra-headers-prefix=X-Remote-Extra- \
        --proxy-client-cert-file=ca.crt --proxy-client-key-file=ca.key --enable-aggregator-routing=true $FLAGS >api.log 2>&1 </dev/null &
    echo $! >api.pid
    until curl -sk -H 'Authorization: Bearer oracle' "https://127.0.0.1:$port/readyz" | grep -q '^ok'; do
        kill -0 "$(cat api.pid)" || { tail api.log; exit 1; }
        sleep 0.5
    done
    echo ready ;;
down)
    kill "$(cat "$dir/api.pid")" "$(cat "$dir/etcd.pid")"
    rm -rf "$dir" ;;
*) sed -n '2,4p' "$0"; exit 2 ;;
esac
