// ResourceQuota: a write that would take a namespace over its quota is refused. What is used is counted from the objects themselves at
// the first use, then kept by the difference of each admitted write, so concurrent writes cannot overdraw: a reservation is made under
// the lock before the write and taken back when it fails. status.used, which people read, is brought up to date before the write is answered;
// the controller does the rest (deletions, other writers). The configuration may name resources that nobody consumes without a quota.
#include <algorithm>
#include <map>
#include <mutex>
#include <set>

#include "api/kinds/quota_scope.h"
#include "api/kinds/quota_usage.h"
#include "base/log.h"
#include "base/strings.h"
#include "server/apiserver/admission/plugins.h"
#include "server/apiserver/admission/settings.h"
#include "server/apiserver/registry/operations.h"

namespace skiff::apiserver {
namespace {

using api::Quantity;
using api::kinds::Quantities;
using api::kinds::quantities_text;

const api::Gvr kQuotas{"", "v1", "resourcequotas"};

// Reservations of writes that are on their way and not yet in the cache, by quota and then by request.
struct Reservation {
    const void* request;
    std::string ns, name;      // of the object
    std::string quota;         // "ns/name"
    Quantities cost;
};

Quantities parse_all(const json::Value& object) {
    Quantities out;
    for (const json::Member& m : object.members()) out[m.key] = Quantity::parse_or_zero(m.value.as_string());
    return out;
}

class ResourceQuota : public AdmissionPlugin {
public:
    ResourceQuota(const Reader& reader, Core* core, json::Value limited) : reader_(reader), core_(core), limited_(std::move(limited)) {}
    std::string_view name() const override { return "ResourceQuota"; }

    Status validate(const AdmissionRequest& request) override {
        const bool resize = is_resource(request, "", "pods") && request.subresource == "resize";
        if (request.ns.empty() || request.operation == Operation::Delete || (!request.subresource.empty() && !resize) || request.object == nullptr) return {};
        std::vector<api::ObjectPtr> quotas = reader_.list(kQuotas, request.ns);
        if (quotas.empty() && limited_.size() == 0) return {};
        const Quantities whole = api::kinds::quota_usage(request.kind.gvr(), *request.object);
        const bool update = request.operation == Operation::Update && request.old_object != nullptr;
        Quantities more = whole;
        if (update)
            for (const auto& [name, old] : api::kinds::quota_usage(request.kind.gvr(), *request.old_object)) more[name] -= old;
        // What a pod does not say is complained of before what is too much.
        bool costs = quotas.empty() && grows(more);
        for (const api::ObjectPtr& quota : quotas) {
            api::TreePtr tree = quota->tree();
            if (api::kinds::quota_covers((*tree)["spec"], request.kind.gvr(), *request.object)) TRY(require_declared(request, *tree, parse_all((*tree)["spec"]["hard"])));
            costs |= grows(cost_for(request, *tree, whole, more));
        }
        if (!costs) return {};
        TRY(require_covered(request, quotas, whole));
        std::lock_guard lock(mutex_);
        for (const api::ObjectPtr& quota : quotas) {
            api::TreePtr tree = quota->tree();
            Status status = check(request, *tree, quota->meta().key(), cost_for(request, *tree, whole, more));
            if (status.ok()) continue;
            drop(&request);
            return status;
        }
        return {};
    }

    void finished(const AdmissionRequest& request, bool stored) override {
        if (request.ns.empty()) return;
        // A stored write is in the cache by now and counted there.
        std::vector<Reservation> charged;
        {
            std::lock_guard lock(mutex_);
            for (Reservation& r : reservations_)
                if (r.request == &request && stored && core_) charged.push_back(r);
            drop(&request);
        }
        for (const Reservation& r : charged) show_used(request, r);
    }

private:
    static bool grows(const Quantities& cost) {
        return std::any_of(cost.begin(), cost.end(), [](const auto& item) { return item.second.sign() > 0; });
    }
    // What an update adds; all of the object where the quota did not cover it before.
    static const Quantities& cost_for(const AdmissionRequest& request, const json::Value& quota, const Quantities& whole, const Quantities& more) {
        const bool covered = request.operation != Operation::Update || !request.old_object || api::kinds::quota_covers(quota["spec"], request.kind.gvr(), *request.old_object);
        return covered ? more : whole;
    }
    // The configuration's limitedResources: what is consumed needs a quota that names it, what is in a scope a quota with that scope.
    Status require_covered(const AdmissionRequest& request, const std::vector<api::ObjectPtr>& quotas, const Quantities& whole) const {
        if (limited_.size() == 0) return {};
        std::set<std::string> uncovered;
        std::vector<const json::Value*> scopes;
        for (const json::Value& limit : limited_.items()) {
            for (const json::Value& scope : limit["matchScopes"].items())
                if (api::kinds::scope_takes(scope, request.kind.gvr(), *request.object)) scopes.push_back(&scope);
            if (limit["apiGroup"].as_string() != request.kind.gvk.group || limit["resource"].as_string() != request.kind.plural) continue;
            for (const auto& [name, value] : whole)
                for (const json::Value& part : limit["matchContains"].items())
                    if (value.sign() > 0 && name.find(part.as_string()) != name.npos) uncovered.insert(name);
        }
        for (const api::ObjectPtr& quota : quotas) {
            api::TreePtr tree = quota->tree();
            const json::Value& spec = (*tree)["spec"];
            if (api::kinds::quota_covers(spec, request.kind.gvr(), *request.object))
                for (const json::Member& hard : spec["hard"].members()) uncovered.erase(std::string(hard.key));
            std::erase_if(scopes, [&](const json::Value* scope) {
                auto same = [&](const json::Value& s) { return s["scopeName"] == (*scope)["scopeName"] && api::kinds::scope_takes(s, request.kind.gvr(), *request.object); };
                const auto &listed = spec["scopes"].items(), &selected = spec["scopeSelector"]["matchExpressions"].items();
                return std::any_of(selected.begin(), selected.end(), same) || std::find(listed.begin(), listed.end(), (*scope)["scopeName"]) != listed.end();
            });
        }
        if (!uncovered.empty()) return refused(request, "insufficient quota to consume: " + join({uncovered.begin(), uncovered.end()}, ","));
        if (scopes.empty()) return {};
        std::vector<std::string> texts;
        for (const json::Value* scope : scopes) {
            std::vector<std::string> values;
            for (const json::Value& v : (*scope)["values"].items()) values.push_back(v.as_string());
            texts.push_back(fmt::format("{{{} {} [{}]}}", (*scope)["scopeName"].as_string(), (*scope)["operator"].as_string(), join(values, " ")));
        }
        return error(Reason::Unknown, "insufficient quota to match these scopes: [{}]", join(texts, " "));
    }

    Status check(const AdmissionRequest& request, const json::Value& quota, const std::string& key, const Quantities& cost) {
        if (!api::kinds::quota_covers(quota["spec"], request.kind.gvr(), *request.object)) return {};
        Quantities hard = parse_all(quota["spec"]["hard"]);
        Quantities wanted;
        for (const auto& [name, value] : cost)
            if (hard.count(name) && value.sign() > 0) wanted[name] = value;
        if (wanted.empty()) return {};
        Quantities used = used_of(request, quota, key, wanted);
        Quantities over_wanted, over_used, over_hard;
        for (const auto& [name, value] : wanted) {
            if (used[name] + value <= hard[name]) continue;
            over_wanted[name] = value;
            over_used[name] = used[name];
            over_hard[name] = hard[name];
        }
        if (!over_wanted.empty())
            return refused(request, fmt::format("exceeded quota: {}, requested: {}, used: {}, limited: {}", quota["metadata"]["name"].as_string(), quantities_text(over_wanted),
                                                quantities_text(over_used), quantities_text(over_hard)));
        reservations_.push_back({&request, request.ns, request.name, key, std::move(wanted)});
        return {};
    }

    // A quota on cpu or memory obliges every container to say what it wants.
    static Status require_declared(const AdmissionRequest& request, const json::Value& quota, const Quantities& hard) {
        if (!is_resource(request, "", "pods") || request.operation != Operation::Create) return {};
        const json::Value& whole = (*request.object)["spec"]["resources"];
        if (whole["requests"].size() > 0 || whole["limits"].size() > 0) return {};
        std::map<std::string, std::string> missing;   // resource -> containers
        for (const auto& [name, value] : hard) {
            bool limits = name.rfind("limits.", 0) == 0;
            std::string resource = limits ? name.substr(7) : name.rfind("requests.", 0) == 0 ? name.substr(9) : name;
            if (resource != "cpu" && resource != "memory") continue;
            for (const char* list : {"containers", "initContainers"})
                for (const json::Value& c : (*request.object)["spec"][list].items())
                    if (!c["resources"][limits ? "limits" : "requests"].has(resource)) missing[name] += (missing[name].empty() ? "" : ",") + c["name"].as_string();
        }
        if (missing.empty()) return {};
        std::string text;
        for (const auto& [name, containers] : missing) text += (text.empty() ? "" : "; ") + name + " for: " + containers;
        return refused(request, fmt::format("failed quota: {}: must specify {}", quota["metadata"]["name"].as_string(), text));
    }

    // What the objects of the request's kind that are stored cost, in the names of `wanted`.
    Quantities count(const AdmissionRequest& request, const json::Value& quota, const Quantities& wanted) const {
        Quantities used;
        for (const api::ObjectPtr& object : reader_.list(request.kind.gvr(), request.ns)) {
            api::TreePtr tree = object->tree();
            if (!api::kinds::quota_covers(quota["spec"], request.kind.gvr(), *tree)) continue;
            for (const auto& [name, value] : api::kinds::quota_usage(request.kind.gvr(), *tree))
                if (wanted.count(name)) used[name] += value;
        }
        return used;
    }

    // A cheap write: what is used can be counted again.
    void show_used(const AdmissionRequest& request, const Reservation& charged) const {
        RequestContext context;
        context.internal = true;
        context.kind = core_->kinds.find(kQuotas);
        context.field_manager = "kube-apiserver";
        context.attributes.subresource = "status";
        Change change;
        change.kind = context.kind;
        change.ns = context.attributes.ns = charged.ns;
        change.name = context.attributes.name = charged.quota.substr(charged.quota.find('/') + 1);
        change.part = Change::Part::Status;
        change.validate = false;
        change.retry = true;
        change.make = [&](const json::Value& old) -> Result<json::Value> {
            json::Value quota = old;
            for (const auto& [name, value] : count(request, old, charged.cost))
                if (old["status"]["used"].has(name)) quota.mut("status").mut("used").set(name, value.text());
            return quota;
        };
        auto written = change_object(*core_, context, change);
        if (!written.ok() && written.status().reason() != Reason::NotFound) log::warn("admission", "what a quota has used is not shown", {{"quota", charged.quota}, {"error", written.status().message()}});
    }

    Quantities used_of(const AdmissionRequest& request, const json::Value& quota, const std::string& key, const Quantities& wanted) {
        Quantities used = count(request, quota, wanted);
        // Counted twice for the moment between the cache's update and finished(): that refuses too much, never too little.
        for (const Reservation& r : reservations_)
            if (r.quota == key)
                for (const auto& [name, value] : r.cost)
                    if (wanted.count(name)) used[name] += value;
        return used;
    }

    void drop(const void* request) {
        std::erase_if(reservations_, [request](const Reservation& r) { return r.request == request; });
    }

    const Reader& reader_;
    Core* const core_;         // null: used amounts are not shown
    const json::Value limited_;
    std::mutex mutex_;
    std::vector<Reservation> reservations_;
};

}  // namespace

MadePlugin make_resource_quota(const Reader& reader, Core* core, const json::Value& configuration) {
    if (!configuration.is_null()) {
        const bool old = configuration["kind"].as_string() == "Configuration";
        TRY(expect_configuration(configuration, old ? "resourcequota.admission.k8s.io" : "apiserver.config.k8s.io", {"v1", "v1beta1", "v1alpha1"}, old ? "Configuration" : "ResourceQuotaConfiguration", {"limitedResources"}));
        for (size_t i = 0; i < configuration["limitedResources"].size(); ++i)
            if (configuration["limitedResources"][i]["resource"].as_string().empty()) return error(Reason::BadRequest, "limitedResources[{}].resource: Required value", i);
    }
    return std::unique_ptr<AdmissionPlugin>(std::make_unique<ResourceQuota>(reader, core, configuration["limitedResources"]));
}

}  // namespace skiff::apiserver
