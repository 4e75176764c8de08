// DefaultTolerationSeconds: pods stay five minutes on a node that turns not ready or unreachable. TaintNodesByCondition: a new node is
// not ready until its agent says so.
#include "server/apiserver/admission/plugins.h"

namespace skiff::apiserver {
namespace {

constexpr std::string_view kNotReady = "node.kubernetes.io/not-ready";
constexpr std::string_view kUnreachable = "node.kubernetes.io/unreachable";
constexpr int64_t kSeconds = 300;

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
    std::string_view name() const override { return "DefaultTolerationSeconds"; }
    Status mutate(AdmissionRequest& request) override {
        if (!is_resource(request, "", "pods") || !request.subresource.empty()) return {};
        if (request.operation != Operation::Create && request.operation != Operation::Update) return {};
        json::Value& spec = request.object->mut("spec");
        for (std::string_view key : {kNotReady, kUnreachable}) {
            if (tolerates(spec["tolerations"], key)) continue;
            spec.mut("tolerations").push_back(json::Value::object({{"key", key}, {"operator", "Exists"}, {"effect", "NoExecute"}, {"tolerationSeconds", kSeconds}}));
        }
        return {};
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

std::unique_ptr<AdmissionPlugin> make_default_tolerations() { return std::make_unique<DefaultTolerations>(); }
std::unique_ptr<AdmissionPlugin> make_taint_nodes() { return std::make_unique<TaintNodes>(); }

}  // namespace skiff::apiserver
