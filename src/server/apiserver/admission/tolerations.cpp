// DefaultTolerationSeconds: pods stay five minutes on a node that turns not ready or unreachable. ExtendedResourceToleration: pods that ask
// for a device tolerate the taint that keeps others from its node. TaintNodesByCondition: a new node is not ready until its agent says so.
#include <set>

#include "api/names.h"
#include "server/apiserver/admission/plugins.h"

namespace skiff::apiserver {
namespace {

constexpr std::string_view kNotReady = "node.kubernetes.io/not-ready";
constexpr std::string_view kUnreachable = "node.kubernetes.io/unreachable";

bool tolerates(const json::Value& tolerations, std::string_view key) {
    for (const json::Value& t : tolerations.items()) {
        const std::string& k = t["key"].as_string();
        const std::string& effect = t["effect"].as_string();
        if ((k == key || k.empty()) && (effect == "NoExecute" || effect.empty())) return true;
    }
    return false;
}

class DefaultTolerations : public AdmissionPlugin {
public:
    DefaultTolerations(int64_t not_ready_s, int64_t unreachable_s) : not_ready_s_(not_ready_s), unreachable_s_(unreachable_s) {}
    std::string_view name() const override { return "DefaultTolerationSeconds"; }
    Status mutate(AdmissionRequest& request) override {
        if (!is_resource(request, "", "pods") || !request.subresource.empty()) return {};
        if (request.operation != Operation::Create && request.operation != Operation::Update) return {};
        json::Value& spec = request.object->mut("spec");
        for (const auto& [key, seconds] : {std::pair{kNotReady, not_ready_s_}, {kUnreachable, unreachable_s_}}) {
            if (tolerates(spec["tolerations"], key)) continue;
            spec.mut("tolerations").push_back(json::Value::object({{"key", key}, {"operator", "Exists"}, {"effect", "NoExecute"}, {"tolerationSeconds", seconds}}));
        }
        return {};
    }

private:
    const int64_t not_ready_s_, unreachable_s_;
};

bool is_extended(std::string_view resource) {
    return resource.find('/') != resource.npos && resource.find("kubernetes.io/") == resource.npos && !resource.starts_with("requests.") &&
           api::is_qualified_name("requests." + std::string(resource));
}

class ExtendedResourceToleration : public AdmissionPlugin {
public:
    std::string_view name() const override { return "ExtendedResourceToleration"; }
    Status mutate(AdmissionRequest& request) override {
        if (!is_resource(request, "", "pods") || !request.subresource.empty()) return {};
        if (request.operation != Operation::Create && request.operation != Operation::Update) return {};
        std::set<std::string> resources;
        for (const char* list : {"containers", "initContainers"})
            for (const json::Value& c : (*request.object)["spec"][list].items())
                for (const json::Member& r : c["resources"]["requests"].members())
                    if (is_extended(r.key)) resources.insert(std::string(r.key));
        for (const std::string& resource : resources) tolerate(request.object->mut("spec"), resource);
        return {};
    }

private:
    static void tolerate(json::Value& spec, const std::string& resource) {
        const json::Value wanted = json::Value::object({{"key", resource}, {"operator", "Exists"}, {"effect", "NoSchedule"}});
        bool found = false;
        json::Value& list = spec.mut("tolerations");
        for (json::Value& t : list.mut_items()) {
            if (t["key"] != wanted["key"] || t["operator"] != wanted["operator"] || t["effect"] != wanted["effect"] || !t["value"].as_string().empty()) continue;
            t = wanted;
            found = true;
        }
        if (!found) list.push_back(wanted);
    }
};

class TaintNodes : public AdmissionPlugin {
public:
    std::string_view name() const override { return "TaintNodesByCondition"; }
    Status mutate(AdmissionRequest& request) override {
        if (!is_resource(request, "", "nodes") || !request.subresource.empty() || request.operation != Operation::Create) return {};
        json::Value& taints = request.object->mut("spec").mut("taints");
        for (const json::Value& taint : taints.items())
            if (taint["key"].as_string() == kNotReady && taint["effect"].as_string() == "NoSchedule") return {};
        taints.push_back(json::Value::object({{"key", kNotReady}, {"effect", "NoSchedule"}}));
        return {};
    }
};

}  // namespace

std::unique_ptr<AdmissionPlugin> make_default_tolerations(int64_t not_ready_s, int64_t unreachable_s) { return std::make_unique<DefaultTolerations>(not_ready_s, unreachable_s); }
std::unique_ptr<AdmissionPlugin> make_extended_resource_toleration() { return std::make_unique<ExtendedResourceToleration>(); }
std::unique_ptr<AdmissionPlugin> make_taint_nodes() { return std::make_unique<TaintNodes>(); }

}  // namespace skiff::apiserver
