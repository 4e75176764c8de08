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

# A program of this machine with its libraries. (Debian's static busybox crashes in name lookups, so it cannot fetch.)
add_program() {   # ROOT PROGRAM
  local file
  for file in "$(command -v "$2")" $(ldd "$(command -v "$2")" | grep -oE '/[^ ]+'); do
    mkdir -p "$1$(dirname "$file")"
    [ -e "$1$file" ] || cp -L "$file" "$1$file"
  done
}

# The layer that all images share: busybox with its applets, curl and getent; 1 MB of noise in /www/noise.
make_base_layer() {
  local root="$work/image-base" applet
  mkdir -p "$root"/{bin,usr/bin,etc,www,tmp,root,proc,sys,dev}
  cp /bin/busybox "$root/bin/busybox"
  for applet in $(/bin/busybox --list); do [ -e "$root/bin/$applet" ] || ln -s busybox "$root/bin/$applet"; done
  add_program "$root" curl
  add_program "$root" getent
  head -c 1000000 /dev/urandom >"$root/www/noise"
  printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
  printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
  chmod 1777 "$root/tmp"
  tar -C "$root" --numeric-owner --owner=0 --group=0 -cf "$work/base.tar" .
  base_tree=sha256:$(sha256sum "$work/base.tar" | cut -d' ' -f1)
  gzip -1 "$work/base.tar"
}

# push_image REPOSITORY TAG: a web server on port 8080 whose page says "REPOSITORY TAG".
push_image() {
  local root="$work/image-$1-$2" base layer config tree kind=application/vnd.oci.image
  [ -e "$work/base.tar.gz" ] || make_base_layer
  mkdir -p "$root/www"
  echo "$1 $2" >"$root/www/index.html"
  tar -C "$root" --numeric-owner --owner=0 --group=0 -cf "$root.tar" www/index.html
  tree=sha256:$(sha256sum "$root.tar" | cut -d' ' -f1)
  gzip -1 "$root.tar"
  base=$(push_blob "$1" "$work/base.tar.gz")
  layer=$(push_blob "$1" "$root.tar.gz")
  printf '{"architecture":"%s","os":"linux","config":{"Env":["PATH=/bin:/usr/bin"],"Cmd":["/bin/httpd","-f","-p","8080","-h","/www"]},"rootfs":{"type":"layers","diff_ids":["%s","%s"]}}' \
    "$(dpkg --print-architecture | sed 's/armhf/arm/')" "$base_tree" "$tree" >"$root.json"
  config=$(push_blob "$1" "$root.json")
  printf '{"schemaVersion":2,"mediaType":"%s.manifest.v1+json","config":{"mediaType":"%s.config.v1+json","digest":"%s","size":%d},"layers":[{"mediaType":"%s.layer.v1.tar+gzip","digest":"%s","size":%d},{"mediaType":"%s.layer.v1.tar+gzip","digest":"%s","size":%d}]}' \
    $kind $kind "$config" "$(stat -c %s "$root.json")" $kind "$base" "$(stat -c %s "$work/base.tar.gz")" $kind "$layer" "$(stat -c %s "$root.tar.gz")" >"$root.manifest"
  in_machine curl -sf -X PUT -H "Content-Type: $kind.manifest.v1+json" --data-binary "@$root.manifest" "http://$registry/v2/$1/manifests/$2" >/dev/null
}
