#include <set>
#include <utility>

#include "agent/proxy/proxy.h"
#include "agent/proxy/ruleset.h"
#include "agent/sys/nft.h"
#include "base/log.h"

namespace skiff::agent::proxy {

namespace {

class KernelSink : public RuleSink {
public:
    KernelSink(Ruleset rules, sys::NetlinkSocket socket, sys::NftMonitor monitor)
        : rules_(std::move(rules)), socket_(std::move(socket)), monitor_(std::move(monitor)), batch_(sys::kFamilyInet, rules_.table()) {}

    Status rebuild() override {
        batch_ = sys::NftBatch(sys::kFamilyInet, rules_.table());
        TRY(rules_.rebuild().commit(socket_, "write Service rules"));
        return remember();
    }

    void change(const std::string& service, std::vector<Frontend> frontends) override {
        for (const auto& front : frontends) {
            affinity_ = affinity_ || front.affinity_s;
            if (front.protocol == sys::kUdp) udp_changed_.insert(service);
        }
        rules_.change(batch_, service, std::move(frontends));
    }

    Status commit() override {
        if (batch_.empty()) {
            udp_changed_.clear();
            return {};
        }
        if (auto s = batch_.commit(socket_, "change Service rules"); !s.ok()) {
            log::warn("proxy", "incremental change refused, writing all rules", {{"error", s.message()}});
            return rebuild();
        }
        if (affinity_) TRY(drop_stale_affinity());
        drop_stale_flows();
        return remember();
    }

    bool intact() override {
        auto count = sys::nft_rule_count(socket_, sys::kFamilyInet, rules_.table(), "svc-");
        auto addresses = sys::nft_element_count(socket_, sys::kFamilyInet, rules_.table(), Ruleset::kAddresses);
        return count.ok() && *count == rule_count_ && addresses.ok() && *addresses == rules_.address_count();
    }

    int watch_fd() const override { return monitor_.fd(); }
    bool disturbed() override { return monitor_.drain(rules_.table()); }

private:
    Status remember() {
        rule_count_ = TRY(sys::nft_rule_count(socket_, sys::kFamilyInet, rules_.table(), "svc-"));
        return {};
    }

    // A client must not be sent on to an endpoint that is gone.
    Status drop_stale_affinity() {
        sys::NftBatch batch(sys::kFamilyInet, rules_.table());
        affinity_ = false;
        for (const auto& [service, frontends] : rules_.services())
            for (const auto& front : frontends) {
            affinity_ = affinity_ || front.affinity_s;
            if (front.protocol == sys::kUdp) udp_changed_.insert(service);
        }
        TRY(sys::nft_elements(socket_, sys::kFamilyInet, rules_.table(), Ruleset::kAffinity, [&](std::string_view key, std::string_view data) {
            if (rules_.affinity_is_stale(key, data)) batch.remove_element(Ruleset::kAffinity, key);
        }));
        return batch.commit(socket_, "drop stale session affinity");
    }

    // Connections through the old rules; without them (no conntrack in this kernel) there is nothing to do.
    void drop_stale_flows() {
        const auto services = std::exchange(udp_changed_, {});
        if (services.empty()) return;
        std::vector<sys::Flow> stale;
        auto listed = sys::each_udp_flow(socket_, [&](const sys::Flow& flow) {
            if (rules_.flow_is_stale(services, flow)) stale.push_back(flow);
        });
        for (const auto& flow : stale)
            if (auto s = sys::remove_udp_flow(socket_, flow); !s.ok()) listed = std::move(s);
        if (!listed.ok()) log::warn("proxy", "connections to old endpoints are left", {{"error", listed.message()}});
    }

    Ruleset rules_;
    sys::NetlinkSocket socket_;
    sys::NftMonitor monitor_;
    sys::NftBatch batch_;
    size_t rule_count_ = 0;
    bool affinity_ = false;
    std::set<std::string> udp_changed_;          // Services since the last commit
};

}  // namespace

Result<std::unique_ptr<RuleSink>> open_kernel_sink(const std::string& table, const std::string& cluster_cidr) {
    auto cluster = TRY(sys::Cidr::parse(cluster_cidr));
    auto socket = TRY(sys::NetlinkSocket::open_netfilter());
    auto monitor = TRY(sys::NftMonitor::open());
    return std::unique_ptr<RuleSink>(std::make_unique<KernelSink>(Ruleset(table, cluster), std::move(socket), std::move(monitor)));
}

}  // namespace skiff::agent::proxy
