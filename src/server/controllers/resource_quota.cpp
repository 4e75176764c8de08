#include "server/controllers/resource_quota.h"

#include <map>
#include <mutex>
#include <set>

#include "api/kinds/quota_scope.h"
#include "api/kinds/quota_usage.h"
#include "base/strings.h"
#include "json/member_index.h"
#include "server/controllers/resources.h"
#include "server/controllers/served_resources.h"
#include "server/controllers/status_update.h"

namespace skiff::controllers {

using reconcile::Informer;
using reconcile::Requeue;

namespace {

// A status that somebody else wrote stands for this long. At once would be too early: admission counts an object before it can be seen.
constexpr Duration kStatusCheck = std::chrono::minutes(1);

class ResourceQuotaController : public reconcile::Controller {
public:
    explicit ResourceQuotaController(std::shared_ptr<const api::KindRegistry> kinds) : kinds_(std::move(kinds)) {}

    std::string_view name() const override { return "resourcequota"; }
    std::vector<Gvr> inputs() const override { return {kResourceQuotas}; }
    std::vector<reconcile::Output> outputs() const override { return {{kResourceQuotas, "status"}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        quotas_ = context.informers.informer(kResourceQuotas);
        quotas_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            if (!current) return;
            auto before = previous ? previous->tree() : nullptr, now = current->tree();
            if (!before || !((*before)["spec"] == (*now)["spec"])) context_->queue.add(current->meta().key());
            else if (!((*before)["status"] == (*now)["status"])) context_->queue.add_after(current->meta().key(), kStatusCheck);
        }});
        for (const auto& gvr : {kPods, kServices, kConfigMaps, kSecrets, kVolumeClaims, kReplicationControllers}) follow(gvr);
    }

    Result<Requeue> reconcile(const std::string& key) override {
        auto parts = split_views(key, '/');
        auto quota = quotas_->get(parts[0], parts[1]);
        if (!quota || quota->meta().deleting()) return Requeue{};
        auto tree = quota->tree();
        const auto& spec = (*tree)["spec"];
        std::set<std::string> resources;
        for (const auto& [name, limit] : spec["hard"].members()) resources.insert(api::kinds::quota_resource(name));

        api::kinds::Quantities usage;
        std::optional<ServedResources> served;
        for (const auto& resource : resources) {
            auto informer = TRY(informer_of(resource, served));
            if (!informer) continue;
            for (const auto& object : informer->list(parts[0])) {
                auto object_tree = object->tree();
                if (!api::kinds::quota_covers(spec, informer->gvr(), *object_tree)) continue;
                for (const auto& [name, value] : api::kinds::quota_usage(informer->gvr(), *object_tree)) usage[name] += value;
            }
        }
        auto used = json::Value::object();
        for (const auto& [name, limit] : spec["hard"].members()) used.mut_members().push_back({name, usage[name].text()});
        auto status = json::Value::object({{"hard", spec["hard"]}, {"used", used}});
        if (same_amounts((*tree)["status"], status)) return Requeue{};
        TRY(update_status(context_->client, kResourceQuotas, quota, status));
        return Requeue{};
    }

private:
    static bool same_amounts(const json::Value& before, const json::Value& now) {
        if (!(before["hard"] == now["hard"]) || before["used"].size() != now["used"].size()) return false;
        json::MemberIndex used(before["used"]);
        for (const auto& [name, amount] : now["used"].members()) {
            const json::Value* old = used.find(name);
            if (!old || api::Quantity::parse_or_zero(old->as_string()) != api::Quantity::parse_or_zero(amount.as_string())) return false;
        }
        return true;
    }

    std::shared_ptr<Informer> follow(const Gvr& gvr) {
        auto informer = context_->informers.informer(gvr);
        {
            std::lock_guard lock(mutex_);
            followed_[gvr.group_resource()] = informer;
        }
        informer->add_handlers({[this, gvr](const ObjectPtr& previous, const ObjectPtr& current) {
            auto quotas = quotas_->list((current ? current : previous)->meta().ns);
            if (quotas.empty() || (previous && current && !cost_may_differ(gvr, *previous, *current))) return;
            for (const auto& quota : quotas) context_->queue.add(quota->meta().key());
        }});
        return informer;
    }

    static bool cost_may_differ(const Gvr& gvr, const api::Object& before, const api::Object& now) {
        if (gvr != kPods) return before.meta().generation != now.meta().generation || gvr == kServices || gvr == kVolumeClaims;
        auto a = before.tree(), b = now.tree();
        return !((*a)["status"]["phase"] == (*b)["status"]["phase"]) || !((*a)["spec"] == (*b)["spec"]);
    }

    // Null for a resource that is not served. served: filled when it is needed for the first time.
    Result<std::shared_ptr<Informer>> informer_of(const std::string& resource, std::optional<ServedResources>& served) {
        if (resource == "resourcequotas") return quotas_;
        {
            std::lock_guard lock(mutex_);
            if (auto it = followed_.find(resource); it != followed_.end()) return it->second;
        }
        if (!served) served = TRY(discover(context_->client, kinds_.get()));
        for (const auto& candidate : served->resources) {
            if (candidate.gvr.group_resource() != resource || !candidate.namespaced || !candidate.has_verb("watch")) continue;
            auto informer = follow(candidate.gvr);
            context_->informers.start();
            return informer;
        }
        return std::shared_ptr<Informer>();
    }

    const std::shared_ptr<const api::KindRegistry> kinds_;
    reconcile::Context* context_ = nullptr;
    std::shared_ptr<Informer> quotas_;
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<Informer>> followed_;
};

}  // namespace

std::unique_ptr<reconcile::Controller> make_resource_quota_controller(std::shared_ptr<const api::KindRegistry> kinds) {
    return std::make_unique<ResourceQuotaController>(std::move(kinds));
}

}  // namespace skiff::controllers
