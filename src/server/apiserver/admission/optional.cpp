#include "server/apiserver/admission/optional.h"

#include <algorithm>

#include "server/apiserver/admission/plugins.h"

namespace skiff::apiserver {
namespace {

// Those that run in any case (plugins.cpp and the kinds' own code).
constexpr std::string_view kAlways[] = {"CertificateApproval", "CertificateSigning", "CertificateSubjectRestriction", "DefaultIngressClass", "DefaultStorageClass", "DefaultTolerationSeconds",
                                        "LimitRanger", "MutatingAdmissionWebhook", "NamespaceLifecycle", "NodeRestriction", "PersistentVolumeClaimResize", "PodSecurity", "Priority",
                                        "ResourceQuota", "RuntimeClass", "ServiceAccount", "StorageObjectInUseProtection", "TaintNodesByCondition", "ValidatingAdmissionPolicy",
                                        "ValidatingAdmissionWebhook"};

bool always_runs(const std::string& name) { return std::find(std::begin(kAlways), std::end(kAlways), name) != std::end(kAlways); }

class ExternalIpDenier : public AdmissionPlugin {
public:
    std::string_view name() const override { return "DenyServiceExternalIPs"; }
    Status validate(const AdmissionRequest& request) override {
        if (!is_resource(request, "", "services") || !request.subresource.empty() || request.object == nullptr) return {};
        static const json::Value kNone;
        const auto& held = request.old_object ? (*request.old_object)["spec"]["externalIPs"].items() : kNone.items();
        for (const json::Value& address : (*request.object)["spec"]["externalIPs"].items())
            if (std::find(held.begin(), held.end(), address) == held.end()) return refused(request, "Use of external IPs is denied by admission control");
        return {};
    }
};

}  // namespace

std::unique_ptr<AdmissionPlugin> make_external_ip_denier() { return std::make_unique<ExternalIpDenier>(); }

Result<std::vector<std::unique_ptr<AdmissionPlugin>>> make_optional_plugins(const std::vector<std::string>& enabled, const std::vector<std::string>& disabled,
                                                                            const json::Value& config, Clock& clock) {
    json::Value limits;
    for (const json::Value& plugin : config["plugins"].items()) {
        const std::string& name = plugin["name"].as_string();
        if (name != "EventRateLimit") return error(Reason::BadRequest, "admission-control-config-file: no configuration of {} is taken here, only of EventRateLimit", name);
        if (!plugin["configuration"].is_object()) return error(Reason::BadRequest, "admission-control-config-file: the configuration of EventRateLimit must stand in the file itself");
        limits = plugin["configuration"];
    }
    for (const auto& name : disabled)
        if (always_runs(name)) return error(Reason::BadRequest, "disable-admission-plugins: {} cannot be turned off", name);
    std::vector<std::unique_ptr<AdmissionPlugin>> plugins;
    for (const auto& name : enabled) {
        if (name == "EventRateLimit") plugins.push_back(TRY(make_event_rate_limit(limits, clock).context("enable-admission-plugins")));
        else if (name == "DenyServiceExternalIPs") plugins.push_back(make_external_ip_denier());
        else if (!always_runs(name)) return error(Reason::BadRequest, "enable-admission-plugins: there is no {} here; EventRateLimit and DenyServiceExternalIPs can be added", name);
    }
    return plugins;
}

}  // namespace skiff::apiserver
