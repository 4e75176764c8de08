#!/bin/bash
# Boots a throw-away Debian 12 virtual machine (systemd, pure cgroup v2, software emulation) and runs guest.sh in it. See README.md.
#   run.sh build DIR          makes DIR/disk.img, DIR/vmlinuz and DIR/initrd.img
#   run.sh DIR [EXECUTABLE]   boots a copy; ends with the status of guest.sh
# TIMEOUT_S (3000) and MEM_MB (1024) may be set.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
die() { echo "run.sh: $*" >&2; exit 2; }
packages=systemd,systemd-sysv,udev,dbus,iproute2,nftables,kmod,ca-certificates,curl,procps,initramfs-tools,runc,util-linux,netbase

build() {
  local root=$1/rootfs
  mkdir -p "$1"
  rm -rf "$root"
  debootstrap --variant=minbase --include="$packages" bookworm "$root"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  mount -t proc proc "$root/proc"
  trap 'umount "$root/proc"' EXIT
  DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get install -y -qq --no-install-recommends linux-image-cloud-amd64
  umount "$root/proc"
  trap - EXIT
  echo vm >"$root/etc/hostname"
  echo '127.0.0.1 localhost vm' >"$root/etc/hosts"
  : >"$root/etc/resolv.conf"
  # The share is mounted, the guest's script run, its output and status left there, and the machine switched off.
  cat >"$root/usr/local/sbin/guest" <<'RUN'
#!/bin/bash
mkdir -p /mnt/share
mount -t virtiofs share /mnt/share || systemctl poweroff --force
bash /mnt/share/guest.sh >/mnt/share/output 2>&1
echo $? >/mnt/share/status
sync
systemctl poweroff --force
RUN
  chmod 755 "$root/usr/local/sbin/guest"
  printf '[Unit]\nAfter=multi-user.target\n[Service]\nExecStart=/usr/local/sbin/guest\n[Install]\nWantedBy=multi-user.target\n' >"$root/etc/systemd/system/guest.service"
  mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
  ln -sf ../guest.service "$root/etc/systemd/system/multi-user.target.wants/guest.service"
  cp "$root"/boot/vmlinuz-* "$1/vmlinuz"
  cp "$root"/boot/initrd.img-* "$1/initrd.img"
  truncate -s 6G "$1/disk.img"
  mke2fs -q -F -t ext4 -d "$root" "$1/disk.img"
  rm -rf "$root"
}

boot() {
  local disk=$1 executable=$2 memory=${MEM_MB:-1024}
  [ -f "$disk/disk.img" ] || die "no $disk/disk.img: make it with run.sh build $disk"
  [ -x "$executable" ] || die "no executable $executable"
  work=$(mktemp -d)
  mkdir "$work/share"
  cp "$here/guest.sh" "$top/install.sh" "$(command -v kubectl)" "$work/share/"
  cp "$executable" "$work/share/skiff"
  : >"$work/share/output"
  qemu-img create -q -f qcow2 -b "$disk/disk.img" -F raw "$work/disk.qcow2"
  /usr/lib/qemu/virtiofsd --socket-path="$work/share.sock" -o source="$work/share" -o cache=auto -o sandbox=chroot >"$work/share.log" 2>&1 &
  share=$!
  trap 'kill $share $shown 2>/dev/null || true; rm -rf "$work"' EXIT
  for _ in $(seq 50); do [ -S "$work/share.sock" ] && break; sleep 0.1; done
  tail -f -n +1 "$work/share/output" &
  shown=$!
  timeout "${TIMEOUT_S:-3000}" qemu-system-x86_64 -machine q35 -accel tcg,thread=multi -cpu max -smp 2 -m "$memory" -nodefaults -display none -no-reboot \
    -object "memory-backend-memfd,id=mem,size=${memory}M,share=on" -numa node,memdev=mem \
    -chardev "socket,id=share,path=$work/share.sock" -device vhost-user-fs-pci,chardev=share,tag=share \
    -kernel "$disk/vmlinuz" -initrd "$disk/initrd.img" -append 'root=/dev/vda rw console=ttyS0 quiet net.ifnames=0' \
    -drive "file=$work/disk.qcow2,if=virtio,cache=unsafe" -device virtio-rng-pci -chardev "file,id=serial,path=$work/serial.log" -serial chardev:serial || true
  sleep 1
  [ -f "$work/share/status" ] || { tail -n 20 "$work/serial.log"; die "the machine ended before the script did"; }
  return "$(cat "$work/share/status")"
}

[ "$(id -u)" = 0 ] || die "needs root"
case ${1:-} in
  build) build "${2:?the folder of the disk}" ;;
  "") sed -n '2,5p' "$0"; exit 2 ;;
  *) boot "$(readlink -f "$1")" "$(readlink -f "${2:-$top/build/release/skiff}")" ;;
esac
