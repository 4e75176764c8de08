#include "agent/network/pod_network.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <map>
#include <mutex>
#include <set>

#include "agent/network/address_pool.h"
#include "agent/network/rules.h"
#include "agent/network/vxlan.h"
#include "agent/sys/links.h"
#include "agent/sys/netns.h"
#include "agent/sys/nft.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/strings.h"

namespace skiff::agent::network {

namespace {

constexpr int kVxlanOverhead = 50;
constexpr int kMtuDefault = 1500;
constexpr uint8_t kDefaultTable = 253;   // rtnetlink(7): RT_TABLE_DEFAULT

Status set_sysctl(const std::string& name, const std::string& value) {
    const std::string path = "/proc/sys/" + name;
    auto present = file::read(path, 64);
    if (present.ok() && present->substr(0, present->find('\n')) == value) return {};
    Fd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!fd || ::write(fd.get(), value.data(), value.size()) < 0) return errno_status("set " + path, errno);
    return {};
}

// A setting of the machine: what it was before is kept, so that uninstall can put it back.
Status set_machine_sysctl(const std::string& name, const std::string& value, const std::string& record) {
    auto present = file::read("/proc/sys/" + name, 64);
    if (present.ok() && !record.empty() && trim(*present) != value) {
        auto kept = file::read(record, 65536);
        std::string text = kept.ok() ? *kept : "";
        if (!contains(text, name + " ")) TRY(file::write_volatile(record, text + name + " " + std::string(trim(*present)) + "\n", 0600));
    }
    return set_sysctl(name, value);
}

std::string veth_name(const std::string& pod_uid) { return fmt::format("veth{:08x}", fnv1a32(pod_uid)); }

class KernelPodNetwork : public PodNetwork {
public:
    KernelPodNetwork(Options options, sys::Cidr pods, sys::Cidr cluster, AddressPool pool, sys::Links links, sys::NetlinkSocket nft)
        : options_(std::move(options)), pods_(pods), cluster_(cluster), pool_(std::move(pool)), links_(std::move(links)), nft_(std::move(nft)) {}

    Status prepare() {
        TRY(set_machine_sysctl("net/ipv4/ip_forward", "1", options_.sysctl_record));
        mtu_ = options_.mtu ? options_.mtu : TRY(uplink_mtu()) - kVxlanOverhead;
        TRY(links_.add_bridge(options_.bridge, mtu_));
        auto bridge = TRY(links_.get(options_.bridge));
        TRY(drop_old_range(bridge.index));
        if (bridge.mtu != mtu_) TRY(links_.set_mtu(bridge.index, mtu_));
        TRY(links_.add_address(bridge.index, {gateway(), pods_.prefix}));
        TRY(links_.set_up(bridge.index));
        bridge_index_ = bridge.index;
        // Pods have /32 addresses and meet in the bridge's address, so their packets come back out of where they came in.
        TRY(set_sysctl("net/ipv4/conf/" + options_.bridge + "/send_redirects", "0"));
        TRY(set_machine_sysctl("net/ipv4/conf/all/send_redirects", "0", options_.sysctl_record));
        TRY(set_sysctl("net/ipv4/conf/" + options_.bridge + "/route_localnet", "1"));
        TRY(route_services());
        TRY(ensure_vxlan(links_, options_, mtu_));
        TRY(load_host_ports());
        return rebuild_rules();
    }

    Result<std::vector<std::string>> attach(const PodAttachment& pod) override {
        std::lock_guard lock(mutex_);
        auto address = TRY(pool_.lease(pod.pod_uid));
        auto connected = connect(pod, address);
        if (!connected.ok()) {
            // A half-made pair would block the next try.
            (void)links_.remove(veth_name(pod.pod_uid));
            return std::move(connected).context("network of pod {}", pod.pod_key);
        }
        PodRules rules{address, pod.host_ports};
        if (!rules_.count(pod.pod_uid)) {
            TRY(save_host_ports(pod));
            sys::NftBatch batch(sys::kFamilyInet, options_.table);
            add_pod(batch, rules);
            rules_[pod.pod_uid] = rules;
            if (auto s = batch.commit(nft_, "add pod rules"); !s.ok()) TRY(rebuild_rules());
        }
        return std::vector<std::string>{address.text()};
    }

    Status detach(const std::string& pod_uid) override {
        std::lock_guard lock(mutex_);
        return drop(pod_uid);
    }

    Status keep_only(const std::vector<std::string>& pod_uids) override {
        std::lock_guard lock(mutex_);
        std::set<std::string> keep(pod_uids.begin(), pod_uids.end());
        for (const auto& uid : pool_.pods())
            if (!keep.count(uid)) TRY(drop(uid));
        return drop_unknown_links();
    }

    Status set_peers(const std::vector<Peer>& peers) override {
        std::lock_guard lock(mutex_);
        TRY(apply_peers(links_, options_, peers_, peers));
        peers_ = peers;
        return {};
    }

    Status repair() override {
        std::lock_guard lock(mutex_);
        auto rules = sys::nft_rule_count(nft_, sys::kFamilyInet, options_.table, "net-");
        auto pods = sys::nft_element_count(nft_, sys::kFamilyInet, options_.table, "net-hairpin");
        if (rules.ok() && *rules == rule_count_ && pods.ok() && *pods == rules_.size()) return {};
        log::warn("network", "rules were changed by somebody else: written anew");
        return rebuild_rules();
    }

    Status destroy() override {
        std::lock_guard lock(mutex_);
        for (const auto& uid : pool_.pods()) TRY(drop(uid));
        TRY(links_.remove(options_.vxlan));
        TRY(links_.remove(options_.bridge));
        sys::NftBatch batch(sys::kFamilyInet, options_.table);
        remove_rules(batch);
        return batch.commit(nft_, "remove nftables table");
    }

private:
    sys::IpAddress gateway() const { return pods_.network().plus(1); }
    std::string port_file(const std::string& uid) const { return options_.state_dir + "/host-ports/" + uid; }

    // The MTU of the interface that holds the node's address; where none does (only loopback), the usual one.
    Result<int> uplink_mtu() {
        auto node = TRY(sys::IpAddress::parse(options_.node_ip));
        for (const auto& link : TRY(links_.list()))
            for (const auto& address : TRY(links_.addresses(link.index)))
                if (address.address == node) return std::min(link.mtu, 9000);
        return kMtuDefault;
    }

    // A node that was deleted and has registered anew may have got another range: the old one must not stay routed here, it may be
    // another node's by now. Addresses of one host (cluster DNS) are not ours to judge.
    Status drop_old_range(int bridge) {
        for (const auto& held : TRY(links_.addresses(bridge)))
            if (held.address.family == AF_INET && held.prefix < 32 && !(held.address == gateway() && held.prefix == pods_.prefix))
                TRY(links_.remove_address(bridge, held));
        return {};
    }

    // The host's own packets to a Service are given their target after they were routed, so there has to be some route, also on a machine
    // without a default one. Table "default" is looked into last: where the machine has a route of its own, that one counts. It goes with the bridge.
    Status route_services() {
        if (options_.service_cidr.empty()) return {};
        auto services = TRY(sys::Cidr::parse(options_.service_cidr));
        return links_.replace_route({.destination = services, .preferred_source = gateway(), .link = bridge_index_, .table = kDefaultTable});
    }

    // Interfaces on the bridge that no leased pod has: of pods whose lease was in another range.
    Status drop_unknown_links() {
        std::set<std::string> known;
        for (const auto& uid : pool_.pods()) known.insert(veth_name(uid));
        for (const auto& link : TRY(links_.list()))
            if (link.master == bridge_index_ && link.name.starts_with("veth") && !known.count(link.name)) TRY(links_.remove(link.name));
        return {};
    }

    Status connect(const PodAttachment& pod, const sys::IpAddress& address) {
        const auto host_side = veth_name(pod.pod_uid);
        auto inside = TRY(sys::Links::open_in(pod.netns_path));
        if (!inside.get("eth0").ok()) {
            TRY(links_.remove(host_side));
            Fd ns(::open(pod.netns_path.c_str(), O_RDONLY | O_CLOEXEC));
            if (!ns) return errno_status("open " + pod.netns_path, errno);
            TRY(links_.add_veth(host_side, "eth0", ns.get(), mtu_));
        }
        auto outer = TRY(links_.get(host_side));
        if (outer.master != bridge_index_) TRY(links_.set_master(outer.index, bridge_index_));
        TRY(links_.set_up(outer.index));
        TRY(links_.set_hairpin(outer.index));
        if (auto lo = inside.get("lo"); lo.ok() && !lo->up) TRY(inside.set_up(lo->index));
        auto eth = TRY(inside.get("eth0"));
        TRY(inside.add_address(eth.index, {address, 32}));
        TRY(inside.set_up(eth.index));
        TRY(inside.replace_route({.destination = sys::Cidr{gateway(), 32}, .preferred_source = address, .link = eth.index}));
        return inside.replace_route({.gateway = gateway(), .preferred_source = address, .link = eth.index});
    }

    Status drop(const std::string& pod_uid) {
        TRY(links_.remove(veth_name(pod_uid)));
        if (auto it = rules_.find(pod_uid); it != rules_.end()) {
            sys::NftBatch batch(sys::kFamilyInet, options_.table);
            remove_pod(batch, it->second);
            rules_.erase(it);
            if (auto s = batch.commit(nft_, "remove pod rules"); !s.ok()) TRY(rebuild_rules());
        }
        TRY(file::remove(port_file(pod_uid)));
        return pool_.release(pod_uid);
    }

    Status rebuild_rules() {
        sys::NftBatch batch(sys::kFamilyInet, options_.table);
        build_rules(batch, cluster_, rules_);
        TRY(batch.commit(nft_, "write network rules"));
        rule_count_ = TRY(sys::nft_rule_count(nft_, sys::kFamilyInet, options_.table, "net-"));
        return {};
    }

    // Host ports beside the leases, so that rules can be rebuilt before any pod is looked at: "TCP 8080 80 0.0.0.0" lines.
    Status save_host_ports(const PodAttachment& pod) {
        std::string text;
        for (const auto& port : pod.host_ports)
            text += fmt::format("{} {} {} {}\n", port.protocol, port.host_port, port.container_port, port.host_ip.empty() ? "-" : port.host_ip);
        if (text.empty()) return {};
        TRY(file::make_dirs(options_.state_dir + "/host-ports", 0700));
        return file::write_volatile(port_file(pod.pod_uid), text, 0600);
    }

    Status load_host_ports() {
        for (const auto& uid : pool_.pods()) {
            PodRules rules{*pool_.find(uid), {}};
            if (auto text = file::read(port_file(uid), 65536); text.ok()) {
                size_t from = 0;
                for (size_t end; (end = text->find('\n', from)) != std::string::npos; from = end + 1) {
                    char protocol[8] = {}, host[64] = {};
                    unsigned outer = 0, inner = 0;
                    if (std::sscanf(text->c_str() + from, "%7s %u %u %63s", protocol, &outer, &inner, host) == 4)
                        rules.host_ports.push_back({protocol, static_cast<uint16_t>(outer), static_cast<uint16_t>(inner),
                                                    std::string(host) == "-" ? "" : host});
                }
            }
            rules_[uid] = std::move(rules);
        }
        return {};
    }

    Options options_;
    sys::Cidr pods_, cluster_;
    std::mutex mutex_;
    AddressPool pool_;
    sys::Links links_;
    sys::NetlinkSocket nft_;
    std::map<std::string, PodRules> rules_;
    std::vector<Peer> peers_;
    int bridge_index_ = 0, mtu_ = 0;
    size_t rule_count_ = 0;
};

}  // namespace

Result<std::unique_ptr<PodNetwork>> PodNetwork::open(const Options& options) {
    auto pods = TRY(sys::Cidr::parse(options.pod_cidr));
    auto cluster = TRY(sys::Cidr::parse(options.cluster_cidr));
    auto pool = TRY(AddressPool::open(options.state_dir + "/leases", pods));
    auto links = TRY(sys::Links::open());
    auto nft = TRY(sys::NetlinkSocket::open_netfilter());
    auto network = std::make_unique<KernelPodNetwork>(options, pods, cluster, std::move(pool), std::move(links), std::move(nft));
    TRY(network->prepare().context("pod network"));
    return std::unique_ptr<PodNetwork>(std::move(network));
}

}  // namespace skiff::agent::network
