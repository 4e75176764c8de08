// DenyServiceExternalIPs: Services take no new externalIPs: whoever may write Services could else catch other people's traffic.
#include <algorithm>

#include "server/apiserver/admission/plugins.h"

namespace skiff::apiserver {
namespace {

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

}  // namespace skiff::apiserver
