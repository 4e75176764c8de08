#include "server/controllers/node_ipam.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include "base/log.h"
#include "base/strings.h"
#include "server/controllers/resources.h"

namespace skiff::controllers {

using reconcile::Requeue;

namespace {

constexpr const char* kKey = "nodes";      // all nodes in one key: allocations come one after the other
constexpr int kBlockBitsIpv6 = 64;

bool parse_address(const std::string& text, bool ipv6, unsigned char* out) {
    return inet_pton(ipv6 ? AF_INET6 : AF_INET, text.c_str(), out) == 1;
}

class NodeIpamController : public reconcile::Controller {
public:
    explicit NodeIpamController(std::vector<CidrBlocks> ranges) : ranges_(std::move(ranges)) {}
    std::string_view name() const override { return "node-ipam"; }
    std::string service_account() const override { return "node-controller"; }
    std::string event_source() const override { return "cidrAllocator"; }
    std::vector<Gvr> inputs() const override { return {kNodes}; }
    std::vector<reconcile::Output> outputs() const override { return {{kNodes, ""}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        nodes_ = context.informers.informer(kNodes);
        nodes_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            if (!previous || !current) context_->queue.add(kKey);
        }});
    }

    Result<Requeue> reconcile(const std::string&) override {
        std::vector<std::set<uint64_t>> used(ranges_.size());
        std::vector<ObjectPtr> without;
        for (const auto& node : nodes_->list()) {
            auto tree = node->tree();
            const auto& spec = (*tree)["spec"];
            std::vector<std::string> blocks;
            for (const auto& block : spec["podCIDRs"].items()) blocks.push_back(block.as_string());
            if (blocks.empty() && !spec["podCIDR"].as_string().empty()) blocks.push_back(spec["podCIDR"].as_string());
            for (const auto& block : blocks)
                for (size_t i = 0; i < ranges_.size(); ++i)
                    if (auto index = ranges_[i].index_of(block)) used[i].insert(*index);
            if (blocks.empty() && !node->meta().deleting()) without.push_back(node);
        }
        for (const auto& node : without) TRY(allocate(node, used));
        return Requeue{};
    }

private:
    Status allocate(const ObjectPtr& node, std::vector<std::set<uint64_t>>& used) {
        auto blocks = json::Value::array();
        for (size_t i = 0; i < ranges_.size(); ++i) {
            auto index = ranges_[i].lowest_free(used[i]);
            if (!index) {
                context_->events.event(reconcile::ObjectReference::to(*node), "Normal", "CIDRNotAvailable",
                                       "Node " + node->meta().name + " status is now: CIDRNotAvailable");
                return error(Reason::InternalError, "no pod CIDR is left for node {}", node->meta().name);
            }
            used[i].insert(*index);
            blocks.push_back(ranges_[i].block(*index));
        }
        auto spec = json::Value::object({{"podCIDR", blocks[0]}, {"podCIDRs", blocks}});
        auto patched = context_->client.patch(kNodes, {}, node->meta().name, client::PatchType::Merge, json::Value::object({{"spec", spec}}));
        if (!patched.ok() && patched.status().reason() != Reason::NotFound) return std::move(patched).status();
        return {};
    }

    const std::vector<CidrBlocks> ranges_;
    reconcile::Context* context_ = nullptr;
    std::shared_ptr<reconcile::Informer> nodes_;
};

}  // namespace

Result<CidrBlocks> CidrBlocks::create(const std::string& cidr, int bits) {
    CidrBlocks blocks;
    auto slash = cidr.find('/');
    auto prefix = slash == std::string::npos ? std::nullopt : parse_int(cidr.substr(slash + 1));
    blocks.ipv6_ = contains(cidr, ":");
    if (!prefix || !parse_address(cidr.substr(0, slash), blocks.ipv6_, blocks.base_)) return error(Reason::Invalid, "{} is no CIDR", cidr);
    int width = blocks.ipv6_ ? 128 : 32;
    blocks.prefix_ = static_cast<int>(*prefix);
    blocks.bits_ = bits;
    if (bits > width || *prefix < 0 || bits < *prefix || bits - *prefix > 16)
        return error(Reason::Invalid, "{} cannot be cut into blocks of /{}", cidr, bits);
    blocks.count_ = uint64_t{1} << (bits - blocks.prefix_);
    return blocks;
}

std::string CidrBlocks::block(uint64_t index) const {
    unsigned char address[16];
    std::memcpy(address, base_, sizeof address);
    for (int bit = bits_ - 1; bit >= prefix_; --bit, index >>= 1)
        if (index & 1) address[bit / 8] = static_cast<unsigned char>(address[bit / 8] | (0x80 >> (bit % 8)));
    char text[INET6_ADDRSTRLEN];
    inet_ntop(ipv6_ ? AF_INET6 : AF_INET, address, text, sizeof text);
    return std::string(text) + "/" + std::to_string(bits_);
}

std::optional<uint64_t> CidrBlocks::index_of(const std::string& text) const {
    auto slash = text.find('/');
    if (slash == std::string::npos || parse_int(text.substr(slash + 1)) != bits_ || contains(text, ":") != ipv6_) return std::nullopt;
    unsigned char address[16] = {};
    if (!parse_address(text.substr(0, slash), ipv6_, address)) return std::nullopt;
    uint64_t index = 0;
    for (int bit = prefix_; bit < bits_; ++bit) index = index << 1 | ((address[bit / 8] >> (7 - bit % 8)) & 1);
    return block(index) == text ? std::optional(index) : std::nullopt;
}

std::optional<uint64_t> CidrBlocks::lowest_free(const std::set<uint64_t>& used) const {
    uint64_t candidate = 0;
    for (uint64_t taken : used) {
        if (taken > candidate) break;
        candidate = taken + 1;
    }
    return candidate < count_ ? std::optional(candidate) : std::nullopt;
}

std::unique_ptr<reconcile::Controller> make_node_ipam_controller(const std::string& cluster_cidr, int node_cidr_bits) {
    std::vector<CidrBlocks> ranges;
    for (const auto& cidr : split(cluster_cidr, ',')) {
        auto blocks = CidrBlocks::create(cidr, contains(cidr, ":") ? kBlockBitsIpv6 : node_cidr_bits);
        if (blocks.ok()) ranges.push_back(*blocks);
        else log::error("node-ipam", "range is not used", {{"cidr", cidr}, {"error", blocks.status().message()}});
    }
    return std::make_unique<NodeIpamController>(std::move(ranges));
}

}  // namespace skiff::controllers
