#include "server/controllers/signing_request.h"

#include <algorithm>

#include "base/encoding.h"
#include "pki/ca.h"
#include "reconcile/timestamp.h"
#include "server/controllers/conditions.h"
#include "server/controllers/resources.h"
#include "server/controllers/status_update.h"

namespace skiff::controllers {

using reconcile::Requeue;

namespace {

constexpr const char* kClient = "kubernetes.io/kube-apiserver-client";
constexpr const char* kKubeletClient = "kubernetes.io/kube-apiserver-client-kubelet";
constexpr const char* kKubeletServing = "kubernetes.io/kubelet-serving";
// As kube-controller-manager signs: backdated by five minutes, which short-lived certificates have on top of what was asked for.
constexpr std::chrono::seconds kValidityMin = std::chrono::minutes(10), kBackdate = std::chrono::minutes(5), kShort = std::chrono::hours(8);

bool asks_only(const json::Value& usages, std::string_view needed) {
    bool found = false;
    for (const auto& usage : usages.items()) {
        const auto& text = usage.as_string();
        found = found || text == needed;
        if (text != needed && text != "digital signature" && text != "key encipherment") return false;
    }
    return found;
}

bool names_node(const pki::Names& names) {
    return names.organizations == std::vector<std::string>{"system:nodes"} && names.common_name.rfind("system:node:", 0) == 0;
}

Result<pki::CsrInfo> read_request(const json::Value& request) {
    auto pem = base64_decode(request["spec"]["request"].as_string());
    if (!pem) return error(Reason::Invalid, "spec.request is not base64");
    return pki::parse_csr(*pem);
}

bool decided(const json::Value& status) { return condition_true(status, "Approved") || condition_true(status, "Denied"); }

void add_condition(json::Value& status, const Condition& condition, WallTime now) {
    set_condition(status, condition, now);
    for (auto& present : status.mut("conditions").mut_items())
        if (present["type"].as_string() == condition.type) present.set("lastUpdateTime", reconcile::format_time(now));
}

class CsrController : public reconcile::Controller {
public:
    std::string service_account() const override { return "certificate-controller"; }
    std::vector<Gvr> inputs() const override { return {kSigningRequests}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        requests_ = context.informers.informer(kSigningRequests);
        requests_->add_handlers({[this](const ObjectPtr&, const ObjectPtr& current) {
            if (current && !current->meta().deleting()) context_->queue.add(current->meta().name);
        }});
    }

protected:
    reconcile::Context* context_ = nullptr;
    std::shared_ptr<reconcile::Informer> requests_;
};

class CsrSigning : public CsrController {
public:
    explicit CsrSigning(std::vector<CsrSigner> signers) : signers_(std::move(signers)) {}
    std::string_view name() const override { return "csr-signing"; }
    std::vector<reconcile::Output> outputs() const override { return {{kSigningRequests, "status"}}; }

    Result<Requeue> reconcile(const std::string& key) override {
        auto request = requests_->get({}, key);
        if (!request) return Requeue{};
        auto tree = request->tree();
        json::Value status = (*tree)["status"];
        const auto& wanted = (*tree)["spec"]["signerName"].as_string();
        auto signer = std::find_if(signers_.begin(), signers_.end(), [&](const CsrSigner& s) { return s.name == wanted; });
        bool open = condition_true(status, "Approved") && !condition_true(status, "Failed") && status["certificate"].as_string().empty();
        if (signer == signers_.end() || !open) return Requeue{};

        auto info = read_request(*tree);
        std::string refusal = info.ok() ? refuse_request(wanted, info->names, (*tree)["spec"]["usages"]) : info.status().message();
        if (refusal.empty()) {
            auto certificate = TRY(sign(*signer, *info, (*tree)["spec"]));
            status.set("certificate", base64_encode(certificate));
        } else {
            add_condition(status, {"Failed", "True", "SignerValidationFailure", refusal}, context_->clock.now());
        }
        TRY(update_status(context_->client, kSigningRequests, request, status));
        return Requeue{};
    }

private:
    Result<std::string> sign(const CsrSigner& signer, const pki::CsrInfo& info, const json::Value& spec) {
        auto ca = TRY(pki::CertificateAuthority::load(signer.ca_pem, signer.key_pem));
        pki::IssueOptions options;
        options.names = info.names;
        for (const auto& usage : spec["usages"].items()) {
            options.client_auth = options.client_auth || usage.as_string() == "client auth";
            options.server_auth = options.server_auth || usage.as_string() == "server auth";
        }
        if (spec["expirationSeconds"].is_int())
            options.validity = std::clamp(std::chrono::seconds(spec["expirationSeconds"].as_int()), kValidityMin, std::chrono::seconds(pki::kCertificateValidity));
        options.backdate = kBackdate;
        if (options.validity >= kShort) options.validity -= kBackdate;
        return ca.sign(info.public_key_pem, options, context_->clock.now());
    }

    const std::vector<CsrSigner> signers_;
};

class CsrApproving : public CsrController {
public:
    std::string_view name() const override { return "csr-approving"; }
    std::vector<reconcile::Output> outputs() const override {
        return {{kSigningRequests, "approval"}, {{"authorization.k8s.io", "v1", "subjectaccessreviews"}, ""}};
    }

    Result<Requeue> reconcile(const std::string& key) override {
        auto request = requests_->get({}, key);
        if (!request) return Requeue{};
        auto tree = request->tree();
        const auto& spec = (*tree)["spec"];
        if (spec["signerName"].as_string() != kKubeletClient || decided((*tree)["status"]) || !(*tree)["status"]["certificate"].as_string().empty()) return Requeue{};
        auto info = read_request(*tree);
        if (!info.ok() || !is_kubelet_client(info->names, spec["usages"])) return Requeue{};
        // A node renews its own certificate, or a bootstrap token asks for a node's first one.
        bool own = spec["username"].as_string() == info->names.common_name;
        if (own && TRY(allowed(spec, "selfnodeclient"))) return approve(*tree, "Auto approving self kubelet client certificate after SubjectAccessReview.");
        if (TRY(allowed(spec, "nodeclient"))) return approve(*tree, "Auto approving kubelet client certificate after SubjectAccessReview.");
        return Requeue{};
    }

private:
    Result<bool> allowed(const json::Value& spec, const char* subresource) {
        auto attributes = json::Value::object(
            {{"group", "certificates.k8s.io"}, {"resource", "certificatesigningrequests"}, {"verb", "create"}, {"subresource", subresource}, {"version", "*"}});
        auto review = json::Value::object({{"user", spec["username"]}, {"groups", spec["groups"]}, {"resourceAttributes", attributes}});
        if (!spec["uid"].is_null()) review.set("uid", spec["uid"]);
        if (spec["extra"].is_object()) review.set("extra", spec["extra"]);
        auto answer = TRY(context_->client.create({"authorization.k8s.io", "v1", "subjectaccessreviews"}, {},
                                                  json::Value::object({{"apiVersion", "authorization.k8s.io/v1"}, {"kind", "SubjectAccessReview"}, {"spec", review}})));
        return (*answer->tree())["status"]["allowed"].as_bool();
    }

    Result<Requeue> approve(json::Value tree, const char* message) {
        add_condition(tree.mut("status"), {"Approved", "True", "AutoApproved", message}, context_->clock.now());
        client::WriteOptions options;
        options.subresource = "approval";
        TRY(context_->client.update(kSigningRequests, {}, tree, options));
        return Requeue{};
    }
};

}  // namespace

bool is_kubelet_client(const pki::Names& names, const json::Value& usages) {
    return names_node(names) && names.dns.empty() && names.ips.empty() && asks_only(usages, "client auth");
}

std::string refuse_request(const std::string& signer, const pki::Names& names, const json::Value& usages) {
    if (signer == kClient) return asks_only(usages, "client auth") ? "" : "usages did not match expected: client auth";
    if (signer == kKubeletClient) return is_kubelet_client(names, usages) ? "" : "the request is not one of a kubelet's client certificate";
    if (signer == kKubeletServing) {
        if (!names_node(names)) return "subject organization is not system:nodes or common name does not begin with system:node:";
        if (names.dns.empty() && names.ips.empty()) return "DNS or IP subjectAltName is required";
        return asks_only(usages, "server auth") ? "" : "usages did not match expected: server auth";
    }
    return {};
}

std::unique_ptr<reconcile::Controller> make_csr_signer(std::vector<CsrSigner> signers) { return std::make_unique<CsrSigning>(std::move(signers)); }
std::unique_ptr<reconcile::Controller> make_csr_approver() { return std::make_unique<CsrApproving>(); }

}  // namespace skiff::controllers
