// CertificateSigningRequests carry who asked: the server writes it, whatever the client says. (Kubernetes does this in the kind's
// strategy.) CertificateSubjectRestriction: nobody gets a kube-apiserver-client certificate in system:masters by a request's organization;
// that is checked when the request is signed.
#include "server/apiserver/admission/plugins.h"

namespace skiff::apiserver {
namespace {

class CertificateRequester : public AdmissionPlugin {
public:
    std::string_view name() const override { return "CertificateRequester"; }
    Status mutate(AdmissionRequest& request) override {
        if (!is_resource(request, "certificates.k8s.io", "certificatesigningrequests") || !request.subresource.empty()) return {};
        json::Value* object = request.object;
        if (object == nullptr) return {};
        json::Value& spec = object->mut("spec");
        if (request.operation == Operation::Update) {
            for (const char* key : {"username", "uid", "groups", "extra"}) {
                const json::Value& old = (*request.old_object)["spec"][key];
                if (old.is_null()) spec.erase(key);
                else spec.set(key, old);
            }
            return {};
        }
        for (const char* key : {"username", "uid", "groups", "extra"}) spec.erase(key);
        const User& user = request.user;
        spec.set("username", user.name);
        if (!user.uid.empty()) spec.set("uid", user.uid);
        json::Value groups = json::Value::array();
        for (const std::string& group : user.groups) groups.push_back(group);
        if (groups.size() > 0) spec.set("groups", std::move(groups));
        if (user.extra.empty()) return {};
        json::Value extra = json::Value::object();
        for (const auto& [key, values] : user.extra) {
            json::Value list = json::Value::array();
            for (const std::string& value : values) list.push_back(value);
            extra.set(key, std::move(list));
        }
        spec.set("extra", std::move(extra));
        return {};
    }
};

}  // namespace

std::unique_ptr<AdmissionPlugin> make_certificate_requester() { return std::make_unique<CertificateRequester>(); }

}  // namespace skiff::apiserver
