// ResourceQuota: a write that would take a namespace over its quota is refused. What is used is counted from the objects themselves at
// the first use, then kept by the difference of each admitted write, so concurrent writes cannot overdraw: a reservation is made under
// the lock before the write and taken back when it fails. The controller writes status.used for people to read.
#include <map>
#include <mutex>

#include "api/kinds/quota_scope.h"
#include "server/apiserver/admission/plugins.h"
#include "server/apiserver/admission/quota_usage.h"

namespace skiff::apiserver {
namespace {

using api::Quantity;

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
    ResourceQuota(const Reader& reader, Clock&) : reader_(reader) {}
    std::string_view name() const override { return "ResourceQuota"; }

    Status validate(const AdmissionRequest& request) override {
        const bool resize = is_resource(request, "", "pods") && request.subresource == "resize";
        if (request.ns.empty() || request.operation == Operation::Delete || (!request.subresource.empty() && !resize) || request.object == nullptr) return {};
        std::vector<api::ObjectPtr> quotas = reader_.list(kQuotas, request.ns);
        if (quotas.empty()) return {};
        Quantities cost = usage_of(request.kind, *request.object);
        if (request.operation == Operation::Update && request.old_object != nullptr) {
            for (const auto& [name, old] : usage_of(request.kind, *request.old_object)) cost[name] -= old;
            bool grows = false;
            for (const auto& [name, value] : cost) grows |= value.sign() > 0;
            if (!grows) return {};
        }
        // What a pod does not say is complained of before what is too much.
        for (const api::ObjectPtr& quota : quotas) {
            api::TreePtr tree = quota->tree();
            if (api::kinds::quota_covers((*tree)["spec"], request.kind.gvr(), *request.object)) TRY(require_declared(request, *tree, parse_all((*tree)["spec"]["hard"]), cost));
        }
        std::lock_guard lock(mutex_);
        for (const api::ObjectPtr& quota : quotas) {
            Status status = check(request, *quota->tree(), quota->meta().key(), cost);
            if (status.ok()) continue;
            drop(&request);
            return status;
        }
        return {};
    }

    void finished(const AdmissionRequest& request, bool) override {
        if (request.ns.empty()) return;
        // A stored write is in the cache by now and counted there.
        std::lock_guard lock(mutex_);
        drop(&request);
    }

private:
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
    static Status require_declared(const AdmissionRequest& request, const json::Value& quota, const Quantities& hard, const Quantities&) {
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

    Quantities used_of(const AdmissionRequest& request, const json::Value& quota, const std::string& key, const Quantities& wanted) {
        Quantities used;
        for (const api::ObjectPtr& object : reader_.list(request.kind.gvr(), request.ns)) {
            api::TreePtr tree = object->tree();
            if (!api::kinds::quota_covers(quota["spec"], request.kind.gvr(), *tree)) continue;
            for (const auto& [name, value] : usage_of(request.kind, *tree))
                if (wanted.count(name)) used[name] += value;
        }
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
    std::mutex mutex_;
    std::vector<Reservation> reservations_;
};

}  // namespace

std::unique_ptr<AdmissionPlugin> make_resource_quota(const Reader& reader, Clock& clock) { return std::make_unique<ResourceQuota>(reader, clock); }

}  // namespace skiff::apiserver
