// CertificateSigningRequests carry who asked: the server writes it, whatever the client says. (Kubernetes does this in the kind's
// strategy.) CertificateSubjectRestriction: nobody gets a kube-apiserver-client certificate in system:masters by a request's organization.
// CertificateApproval and CertificateSigning: who approves or signs needs the right to, for that signer.
#include "api/validation.h"
#include "base/encoding.h"
#include "pki/certificate.h"
#include "server/apiserver/admission/plugins.h"
#include "server/apiserver/core.h"

namespace skiff::apiserver {
namespace {

constexpr std::string_view kClientSigner = "kubernetes.io/kube-apiserver-client";

Result<pki::CsrInfo> parsed(const json::Value& request) { return pki::parse_csr(base64_decode(request["spec"]["request"].as_string()).value_or("")); }

Status invalid(const AdmissionRequest& request, api::FieldPath path, const json::Value& value, const std::string& why) {
    api::FieldErrors errors;
    errors.invalid(std::move(path), value, why);
    return errors.to_status(request.kind.gvk.group, request.kind.gvk.kind, request.name);
}

class CertificateRequester : public AdmissionPlugin {
public:
    explicit CertificateRequester(Core* core) : core_(core) {}
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

    Status validate(const AdmissionRequest& request) override {
        if (!is_resource(request, "certificates.k8s.io", "certificatesigningrequests") || request.object == nullptr) return {};
        if (request.subresource.empty()) return check_request(request);
        // What runs in this process signs and approves by its own rules.
        if (request.context == nullptr || request.context->http == nullptr || request.old_object == nullptr) return {};
        const json::Value &status = (*request.object)["status"], &old = (*request.old_object)["status"];
        const std::string& signer = (*request.old_object)["spec"]["signerName"].as_string();
        if (request.subresource == "approval") {
            if (may(request, "approve", signer)) return {};
            return refused(request, fmt::format("user not permitted to approve requests with signerName \"{}\"", signer));
        }
        const json::Value& certificate = status["certificate"];
        if (certificate == old["certificate"] && status["conditions"] == old["conditions"]) return {};
        if (!(certificate == old["certificate"]) && !certificate.as_string().empty() && !pki::parse_certificates(base64_decode(certificate.as_string()).value_or("")).ok())
            return invalid(request, api::FieldPath("status").child("certificate"), "<certificate data>", "x509: malformed certificate");
        if (may(request, "sign", signer)) return {};
        return refused(request, fmt::format("user not permitted to sign requests with signerName \"{}\"", signer));
    }

private:
    static Status check_request(const AdmissionRequest& request) {
        if (request.operation != Operation::Create) return {};
        const json::Value& object = *request.object;
        const std::string& signer = object["spec"]["signerName"].as_string();
        auto csr = parsed(object);
        if (!csr.ok()) return invalid(request, api::FieldPath("spec").child("request"), object["spec"]["request"], csr.status().message());
        for (const std::string& organization : csr->names.organizations)
            if (signer == kClientSigner && organization == kMasters)
                return refused(request, fmt::format("use of {} signer with system:masters group is not allowed", signer));
        return {};
    }

    // For the signer itself, or for all of its domain.
    bool may(const AdmissionRequest& request, const char* verb, const std::string& signer) const {
        if (core_ == nullptr || !core_->authorizer) return true;
        auto allowed = [&](std::string name) {
            return core_->authorizer->authorize(Attributes::of_resource(request.user, verb, {"certificates.k8s.io", "*", "signers"}, "", std::move(name))).kind == Verdict::Kind::Allow;
        };
        return allowed(signer) || allowed(signer.substr(0, signer.find('/')) + "/*");
    }

    Core* core_;
};

}  // namespace

std::unique_ptr<AdmissionPlugin> make_certificate_requester(Core* core) { return std::make_unique<CertificateRequester>(core); }

}  // namespace skiff::apiserver
