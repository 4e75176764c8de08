#include "server/controllers/token_cleaner.h"

#include "base/encoding.h"
#include "base/strings.h"
#include "reconcile/timestamp.h"
#include "server/controllers/conditions.h"
#include "server/controllers/resources.h"

namespace skiff::controllers {

using reconcile::Requeue;

namespace {

constexpr const char* kNamespace = "kube-system";
constexpr Duration kPendingAge = std::chrono::hours(24), kDecidedAge = std::chrono::hours(1);

std::optional<WallTime> token_expiry(const json::Value& secret) {
    if (secret["type"].as_string() != "bootstrap.kubernetes.io/token") return std::nullopt;
    auto text = base64_decode(secret["data"]["expiration"].as_string());
    return text ? reconcile::parse_time(*text) : std::nullopt;
}

class TokenCleaner : public reconcile::Controller {
public:
    std::string_view name() const override { return "token-cleaner"; }
    std::string service_account() const override { return "token-cleaner"; }
    std::vector<Gvr> inputs() const override { return {kSecrets}; }
    std::vector<reconcile::Output> outputs() const override { return {{kSecrets, ""}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        secrets_ = context.informers.informer(kSecrets);
        secrets_->add_handlers({[this](const ObjectPtr&, const ObjectPtr& current) {
            if (current && current->meta().ns == kNamespace && token_expiry(*current->tree())) context_->queue.add(current->meta().name);
        }});
    }

    Result<Requeue> reconcile(const std::string& key) override {
        auto secret = secrets_->get(kNamespace, key);
        auto expiry = secret ? token_expiry(*secret->tree()) : std::nullopt;
        if (!expiry) return Requeue{};
        if (*expiry > context_->clock.now()) return Requeue{*expiry - context_->clock.now()};
        client::DeleteOptions options;
        options.uid = secret->meta().uid;
        Status removed = context_->client.remove(kSecrets, kNamespace, key, options);
        if (!removed.ok() && removed.reason() != Reason::NotFound) return removed;
        return Requeue{};
    }

private:
    reconcile::Context* context_ = nullptr;
    std::shared_ptr<reconcile::Informer> secrets_;
};

class CsrCleaner : public reconcile::Controller {
public:
    std::string_view name() const override { return "csr-cleaner"; }
    std::string service_account() const override { return "certificate-controller"; }
    std::vector<Gvr> inputs() const override { return {kSigningRequests}; }
    std::vector<reconcile::Output> outputs() const override { return {{kSigningRequests, ""}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        requests_ = context.informers.informer(kSigningRequests);
        requests_->add_handlers({[this](const ObjectPtr&, const ObjectPtr& current) {
            if (current) context_->queue.add(current->meta().name);
        }});
    }

    Result<Requeue> reconcile(const std::string& key) override {
        auto request = requests_->get({}, key);
        if (!request) return Requeue{};
        auto tree = request->tree();
        const auto& status = (*tree)["status"];
        bool decided = !status["certificate"].as_string().empty() || condition_true(status, "Denied") || condition_true(status, "Failed");
        auto created = reconcile::parse_time(request->meta().creation_timestamp);
        WallTime end = created.value_or(context_->clock.now()) + (decided ? kDecidedAge : kPendingAge);
        if (end > context_->clock.now()) return Requeue{end - context_->clock.now()};
        Status removed = context_->client.remove(kSigningRequests, {}, key);
        if (!removed.ok() && removed.reason() != Reason::NotFound) return removed;
        return Requeue{};
    }

private:
    reconcile::Context* context_ = nullptr;
    std::shared_ptr<reconcile::Informer> requests_;
};

}  // namespace

std::unique_ptr<reconcile::Controller> make_token_cleaner() { return std::make_unique<TokenCleaner>(); }
std::unique_ptr<reconcile::Controller> make_csr_cleaner() { return std::make_unique<CsrCleaner>(); }

}  // namespace skiff::controllers
