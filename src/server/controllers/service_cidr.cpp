#include "server/controllers/service_cidr.h"

#include <algorithm>

#include "base/ip.h"
#include "server/controllers/conditions.h"
#include "server/controllers/garbage_verdict.h"
#include "server/controllers/resources.h"

namespace skiff::controllers {

using reconcile::Informer;
using reconcile::Requeue;

namespace {

constexpr const char* kFinalizer = "networking.k8s.io/service-cidr-finalizer";
// So that whoever gives out addresses has heard of the deletion.
constexpr std::chrono::seconds kGrace{10};

bool any_covers(const std::vector<std::string>& ranges, const ip::Address& address) {
    return std::any_of(ranges.begin(), ranges.end(), [&](const std::string& text) {
        const auto range = ip::Prefix::parse(text);
        return range && range->contains(address);
    });
}

void add_strings(std::vector<std::string>& out, const json::Value& list) {
    for (const auto& text : list.items()) out.push_back(text.as_string());
}

class ServiceCidrController : public reconcile::Controller {
public:
    std::string_view name() const override { return "service-cidrs"; }
    std::vector<Gvr> inputs() const override { return {kServiceCidrs, kServices}; }
    std::vector<reconcile::Output> outputs() const override { return {{kServiceCidrs, ""}, {kServiceCidrs, "status"}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        cidrs_ = context.informers.informer(kServiceCidrs);
        services_ = context.informers.informer(kServices);
        cidrs_->add_handlers({[this](const ObjectPtr&, const ObjectPtr& current) {
            if (current) context_->queue.add(current->meta().name);
            look_at_leaving();
        }});
        services_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            if (previous && !current) look_at_leaving();
        }});
    }

    Result<Requeue> reconcile(const std::string& key) override {
        const auto cidr = cidrs_->get({}, key);
        if (!cidr) return Requeue{};
        const bool held = has_finalizer(cidr->meta(), kFinalizer);
        if (!cidr->meta().deleting()) {
            if (held) return set_ready(cidr, {"Ready", "True", "", "Kubernetes Service CIDR is ready"});
            TRY(write_finalizer(cidr, true));
            return Requeue{};                             // its event comes back
        }
        if (!held) return Requeue{};
        if (in_use(*cidr))
            return set_ready(cidr, {"Ready", "False", "Terminating", "There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR"});
        const auto [first, added] = free_since_.try_emplace(cidr->meta().uid, context_->clock.elapsed());
        const Duration waited = context_->clock.elapsed() - first->second;
        if (waited < kGrace) return Requeue{kGrace - waited};
        free_since_.erase(first);
        TRY(write_finalizer(cidr, false));
        return Requeue{};
    }

private:
    void look_at_leaving() {
        for (const auto& cidr : cidrs_->list())
            if (cidr->meta().deleting()) context_->queue.add(cidr->meta().name);
    }

    bool in_use(const api::Object& cidr) const {
        std::vector<std::string> ranges, others, addresses;
        for (const auto& other : cidrs_->list()) add_strings(other->meta().name == cidr.meta().name ? ranges : others, (*other->tree())["spec"]["cidrs"]);
        for (const auto& service : services_->list()) add_strings(addresses, (*service->tree())["spec"]["clusterIPs"]);
        return would_orphan(ranges, others, addresses);
    }

    Status write_finalizer(const ObjectPtr& cidr, bool present) {
        json::Value tree = *cidr->tree();
        json::Value kept = json::Value::array();
        for (const auto& other : cidr->meta().finalizers)
            if (other != kFinalizer) kept.push_back(other);
        if (present) kept.push_back(kFinalizer);
        tree.mut("metadata").set("finalizers", std::move(kept));
        auto written = context_->client.update(kServiceCidrs, {}, tree);
        return written.ok() || written.status().reason() == Reason::NotFound ? Status() : std::move(written).status();
    }

    Result<Requeue> set_ready(const ObjectPtr& cidr, const Condition& condition) {
        json::Value tree = *cidr->tree();
        if (!set_condition(tree.mut("status"), condition, context_->clock.now())) return Requeue{};
        auto written = context_->client.update(kServiceCidrs, {}, tree, {.subresource = "status"});
        if (!written.ok() && written.status().reason() != Reason::NotFound) return std::move(written).status();
        return Requeue{};
    }

    reconcile::Context* context_ = nullptr;
    std::shared_ptr<Informer> cidrs_, services_;
    std::map<std::string, Duration> free_since_;          // by uid of one that leaves
};

}  // namespace

bool would_orphan(const std::vector<std::string>& ranges, const std::vector<std::string>& others, const std::vector<std::string>& addresses) {
    return std::any_of(addresses.begin(), addresses.end(), [&](const std::string& text) {
        const auto address = ip::Address::parse(text);
        return address && any_covers(ranges, *address) && !any_covers(others, *address);
    });
}

std::unique_ptr<reconcile::Controller> make_service_cidr_controller() { return std::make_unique<ServiceCidrController>(); }

}  // namespace skiff::controllers
