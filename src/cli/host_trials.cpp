#include "cli/host_trials.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <cerrno>
#include <thread>

#include "agent/sys/ip.h"
#include "agent/sys/links.h"
#include "agent/sys/netlink_socket.h"
#include "agent/sys/nft.h"
#include "base/fd.h"

namespace skiff::cli {

namespace {

using namespace agent::sys;

// Namespaces belong to threads; those made here end with this one.
template <typename F>
Status apart(int namespaces, F&& trial) {
    Status result;
    std::jthread([&] {
        if (::unshare(namespaces) < 0) result = errno_status("make a namespace", errno);
        else result = trial();
    }).join();
    return result;
}

Status mount_overlay() {
    const char* at = "/tmp";
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) < 0) return errno_status("make mounts private", errno);
    if (::mount("tmpfs", at, "tmpfs", 0, "size=1m") < 0) return errno_status("mount tmpfs", errno);
    for (const char* folder : {"/tmp/lower", "/tmp/upper", "/tmp/work", "/tmp/merged"})
        if (::mkdir(folder, 0700) < 0) return errno_status("make a folder", errno);
    if (::mount("overlay", "/tmp/merged", "overlay", 0, "lowerdir=/tmp/lower,upperdir=/tmp/upper,workdir=/tmp/work") < 0) return errno_status("mount overlay", errno);
    return {};
}

Status make_interfaces() {
    auto links = TRY(Links::open());
    TRY(links.add_bridge("try0", 1500).context("bridge"));
    Fd here(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
    TRY(links.add_veth("try1", "try2", here.get(), 1500).context("veth"));
    return links.add_vxlan("try3", 1, 8472, TRY(IpAddress::parse("127.0.0.1")), 0, "02:00:00:00:00:01", 1450).context("vxlan");
}

Status commit_rules() {
    auto socket = TRY(NetlinkSocket::open_netfilter());
    const std::string address("\x7f\0\0\1", 4);
    NftBatch batch(kFamilyInet, "skiff-try");
    batch.add_table();
    batch.add_base_chain("nat", {"nat", kHookPostrouting, 100, false});
    batch.add_base_chain("dstnat", {"nat", kHookPrerouting, -100, false});
    batch.add_chain("one");
    NftSet map{.name = "map", .key_type = kNftIpv4, .key_size = 4, .map = true, .verdicts = true};
    batch.add_set(map);
    batch.add_verdict("map", address, NftVerdict::Goto, "one");
    batch.add_rule("nat", NftRule().masquerade());
    batch.add_rule("dstnat", NftRule().fib_local(kReg0).payload(NftRule::Base::Network, 16, 4, kReg0).lookup_map("map", kReg0, kRegVerdict));
    batch.add_rule("one", NftRule().numgen_random(2, kReg0).ct(kCtStatus, kReg0).family(kFamilyIpv4).immediate(kReg0, address).destination_nat(kFamilyIpv4, kReg0, 0));
    return batch.commit(socket, "add packet rules");
}

}  // namespace

Status try_overlay() { return apart(CLONE_NEWNS, mount_overlay); }
Status try_interfaces() { return apart(CLONE_NEWNET, make_interfaces); }
Status try_packet_rules() { return apart(CLONE_NEWNET, commit_rules); }

}  // namespace skiff::cli
