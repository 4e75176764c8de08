# For tests in bash: Debian's docker-registry on loopback of the machine, and small images of busybox that are made and pushed here.
# Source it after server.sh; start_registry after make_machine.
registry=127.0.0.1:5000

start_registry() {
  command -v docker-registry >/dev/null && [ -x /bin/busybox ] || { echo "needs docker-registry and busybox-static"; exit 77; }
  mkdir -p "$work/registry"
  printf 'version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: %s\nhttp:\n  addr: %s\n' "$work/registry" "$registry" >"$work/registry.yml"
  nsenter --net="/run/netns/$machine" docker-registry serve "$work/registry.yml" >"$work/registry.log" 2>&1 &
  registry_pid=$!
  wait_for 20 in_machine curl -sf "http://$registry/v2/"
}

stop_registry() {
  [ -z "${registry_pid:-}" ] || { kill "$registry_pid" 2>/dev/null || true; wait "$registry_pid" 2>/dev/null || true; }
}

push_blob() {   # REPOSITORY FILE: prints the digest
  local digest location
  digest=sha256:$(sha256sum "$2" | cut -d' ' -f1)
  location=$(in_machine curl -sf -X POST -D - -o /dev/null "http://$registry/v2/$1/blobs/uploads/" | awk 'tolower($1) == "location:" {print $2}' | tr -d '\r')
  case $location in *\?*) location="$location&digest=$digest" ;; *) location="$location?digest=$digest" ;; esac
  in_machine curl -sf -X PUT -H 'Content-Type: application/octet-stream' --data-binary "@$2" "$location" >/dev/null
  echo "$digest"
}

# push_image REPOSITORY TAG: busybox with all its applets, /www/index.html that says "REPOSITORY TAG", 1 MB of noise in /www/noise.
push_image() {
  local root="$work/image-$1-$2" layer config tree applet
  mkdir -p "$root"/{bin,etc,www,tmp,root,proc,sys,dev}
  cp /bin/busybox "$root/bin/busybox"
  for applet in $(/bin/busybox --list); do [ -e "$root/bin/$applet" ] || ln -s busybox "$root/bin/$applet"; done
  echo "$1 $2" >"$root/www/index.html"
  head -c 1000000 /dev/urandom >"$root/www/noise"
  printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
  chmod 1777 "$root/tmp"
  tar -C "$root" --numeric-owner --owner=0 --group=0 -cf "$root.tar" .
  tree=sha256:$(sha256sum "$root.tar" | cut -d' ' -f1)
  gzip -1 "$root.tar"
  layer=$(push_blob "$1" "$root.tar.gz")
  printf '{"architecture":"%s","os":"linux","config":{"Env":["PATH=/bin"],"Cmd":["/bin/httpd","-f","-p","8080","-h","/www"]},"rootfs":{"type":"layers","diff_ids":["%s"]}}' \
    "$(dpkg --print-architecture | sed 's/armhf/arm/')" "$tree" >"$root.json"
  config=$(push_blob "$1" "$root.json")
  printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"%s","size":%d},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"%s","size":%d}]}' \
    "$config" "$(stat -c %s "$root.json")" "$layer" "$(stat -c %s "$root.tar.gz")" >"$root.manifest"
  in_machine curl -sf -X PUT -H 'Content-Type: application/vnd.oci.image.manifest.v1+json' --data-binary "@$root.manifest" "http://$registry/v2/$1/manifests/$2" >/dev/null
}
