#include "server/controllers/account_tokens.h"

#include "base/encoding.h"
#include "base/strings.h"
#include "server/controllers/resources.h"

namespace skiff::controllers {

using reconcile::Requeue;

namespace {

constexpr const char* kType = "kubernetes.io/service-account-token";
constexpr const char* kAccountName = "kubernetes.io/service-account.name";
constexpr const char* kAccountUid = "kubernetes.io/service-account.uid";

bool is_account_token(const api::Object& secret) {
    return (*secret.tree())["type"].as_string() == kType && !secret.meta().annotation(kAccountName).empty();
}

class AccountTokenController : public reconcile::Controller {
public:
    AccountTokenController(std::string ca_pem, TokenSigner sign) : ca_(base64_encode(ca_pem)), sign_(std::move(sign)) {}
    std::string_view name() const override { return "serviceaccount-token"; }
    // No bootstrap role of a service account may write Secrets everywhere; Kubernetes' controller runs as the manager itself too.
    std::string service_account() const override { return "system:kube-controller-manager"; }
    std::vector<Gvr> inputs() const override { return {kSecrets, kServiceAccounts}; }
    std::vector<reconcile::Output> outputs() const override { return {{kSecrets, ""}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        secrets_ = context.informers.informer(kSecrets);
        accounts_ = context.informers.informer(kServiceAccounts);
        secrets_->add_handlers({[this](const ObjectPtr&, const ObjectPtr& current) {
            if (current && is_account_token(*current)) context_->queue.add(current->meta().key());
        }});
        accounts_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            if (previous && current) return;
            const auto& meta = (current ? current : previous)->meta();
            for (const auto& secret : secrets_->list(meta.ns))
                if (secret->meta().annotation(kAccountName) == meta.name && is_account_token(*secret)) context_->queue.add(secret->meta().key());
        }});
    }

    Result<Requeue> reconcile(const std::string& key) override {
        auto parts = split_views(key, '/');
        auto secret = secrets_->get(parts[0], parts[1]);
        if (!secret || secret->meta().deleting() || !is_account_token(*secret)) return Requeue{};
        const auto& meta = secret->meta();
        auto account = context_->client.get(kServiceAccounts, meta.ns, meta.annotation(kAccountName));
        if (!account.ok() && account.status().reason() != Reason::NotFound) return std::move(account).status();
        const auto& uid = meta.annotation(kAccountUid);
        if (!account.ok() || (!uid.empty() && uid != (*account)->meta().uid)) return remove(meta);
        return fill(*secret, (*account)->meta());
    }

private:
    Result<Requeue> remove(const api::Meta& meta) {
        client::DeleteOptions options;
        options.uid = meta.uid;
        Status removed = context_->client.remove(kSecrets, meta.ns, meta.name, options);
        if (!removed.ok() && removed.reason() != Reason::NotFound && removed.reason() != Reason::Conflict) return removed;
        return Requeue{};
    }

    Result<Requeue> fill(const api::Object& secret, const api::Meta& account) {
        json::Value tree = *secret.tree();
        const std::string ns = base64_encode(secret.meta().ns);
        const json::Value& data = tree["data"];
        const bool has_token = !data["token"].as_string().empty();
        if (has_token && data["ca.crt"].as_string() == ca_ && data["namespace"].as_string() == ns && secret.meta().annotation(kAccountUid) == account.uid)
            return Requeue{};
        if (!has_token) {
            const std::string token = TRY(sign_(account_token_claims(account, secret.meta().name)));
            tree.mut("data").set("token", base64_encode(token));
        }
        tree.mut("data").set("ca.crt", ca_);
        tree.mut("data").set("namespace", ns);
        tree.mut("metadata").mut("annotations").set(kAccountUid, account.uid);
        auto written = context_->client.update(kSecrets, secret.meta().ns, tree);
        if (!written.ok() && written.status().reason() != Reason::NotFound) return std::move(written).status();
        return Requeue{};
    }

    const std::string ca_;
    const TokenSigner sign_;
    reconcile::Context* context_ = nullptr;
    std::shared_ptr<reconcile::Informer> secrets_, accounts_;
};

}  // namespace

json::Value account_token_claims(const api::Meta& account, const std::string& secret) {
    return json::Value::object({{"iss", "kubernetes/serviceaccount"},
                                {"kubernetes.io/serviceaccount/namespace", account.ns},
                                {"kubernetes.io/serviceaccount/secret.name", secret},
                                {"kubernetes.io/serviceaccount/service-account.name", account.name},
                                {"kubernetes.io/serviceaccount/service-account.uid", account.uid},
                                {"sub", "system:serviceaccount:" + account.ns + ":" + account.name}});
}

std::unique_ptr<reconcile::Controller> make_account_token_controller(std::string server_ca_pem, TokenSigner sign) {
    return std::make_unique<AccountTokenController>(std::move(server_ca_pem), std::move(sign));
}

}  // namespace skiff::controllers
