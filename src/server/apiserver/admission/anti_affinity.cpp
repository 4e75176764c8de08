// LimitPodHardAntiAffinityTopology: a pod may keep others off its node, not off a whole zone.
#include "server/apiserver/admission/plugins.h"

namespace skiff::apiserver {
namespace {

constexpr const char* kHostname = "kubernetes.io/hostname";

class AntiAffinityTopology : public AdmissionPlugin {
public:
    std::string_view name() const override { return "LimitPodHardAntiAffinityTopology"; }
    Status validate(const AdmissionRequest& request) override {
        if (!is_resource(request, "", "pods") || !request.subresource.empty() || request.object == nullptr) return {};
        for (const json::Value& term : (*request.object)["spec"]["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"].items())
            if (const std::string& key = term["topologyKey"].as_string(); key != kHostname)
                return refused(request, fmt::format("affinity.PodAntiAffinity.RequiredDuringScheduling has TopologyKey {} but only key {} is allowed", key, kHostname));
        return {};
    }
};

}  // namespace

std::unique_ptr<AdmissionPlugin> make_anti_affinity_topology() { return std::make_unique<AntiAffinityTopology>(); }

}  // namespace skiff::apiserver
