#include "server/controllers/bootstrap_signer.h"

#include <map>

#include "base/encoding.h"
#include "base/hash.h"
#include "json/filter.h"
#include "reconcile/timestamp.h"
#include "server/controllers/resources.h"

namespace skiff::controllers {

using reconcile::Requeue;

namespace {

constexpr const char* kPublic = "kube-public";
constexpr const char* kSystem = "kube-system";
constexpr const char* kMap = "cluster-info";
constexpr std::string_view kSignaturePrefix = "jws-kubeconfig-";

// RFC 2104 over SHA-256.
std::string hmac_sha256(std::string key, std::string_view text) {
    constexpr size_t kBlock = 64;
    auto digest = [](std::string_view head, std::string_view tail) {
        Sha256 hash;
        hash.update(head);
        hash.update(tail);
        return hash.digest();
    };
    if (key.size() > kBlock) key = digest(key, {});
    key.resize(kBlock, '\0');
    std::string inner = key, outer = key;
    for (char& c : inner) c = static_cast<char>(c ^ 0x36);
    for (char& c : outer) c = static_cast<char>(c ^ 0x5c);
    return digest(outer, digest(inner, text));
}

bool is_token(const api::Object& secret) { return secret.meta().ns == kSystem && (*secret.tree())["type"].as_string() == "bootstrap.kubernetes.io/token"; }

class BootstrapSigner : public reconcile::Controller {
public:
    std::string_view name() const override { return "bootstrap-signer"; }
    std::string service_account() const override { return "bootstrap-signer"; }
    std::vector<Gvr> inputs() const override { return {kSecrets, kConfigMaps}; }
    std::vector<reconcile::Output> outputs() const override { return {{kConfigMaps, ""}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        secrets_ = context.informers.informer(kSecrets);
        maps_ = context.informers.informer(kConfigMaps);
        secrets_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            if (is_token(current ? *current : *previous)) context_->queue.add(kMap);
        }});
        maps_->add_handlers({[this](const ObjectPtr&, const ObjectPtr& current) {
            if (current && current->meta().ns == kPublic && current->meta().name == kMap) context_->queue.add(kMap);
        }});
    }

    Result<Requeue> reconcile(const std::string&) override {
        auto map = maps_->get(kPublic, kMap);
        if (!map) return Requeue{};
        json::Value tree = *map->tree();
        const std::string content = tree["data"]["kubeconfig"].as_string();
        if (content.empty()) return Requeue{};
        std::map<std::string, std::string> wanted;
        Requeue requeue;
        for (const auto& secret : secrets_->list(kSystem))
            if (is_token(*secret)) sign_with((*secret->tree())["data"], content, wanted, requeue);
        json::Value data = json::members_where(tree["data"], [](const std::string& key) { return !key.starts_with(kSignaturePrefix); });
        for (const auto& [id, signature] : wanted) data.set(std::string(kSignaturePrefix) + id, signature);
        if (data == tree["data"]) return requeue;
        tree.set("data", std::move(data));
        auto written = context_->client.update(kConfigMaps, kPublic, tree);
        if (!written.ok() && written.status().reason() != Reason::NotFound) return std::move(written).status();
        return requeue;
    }

private:
    void sign_with(const json::Value& data, const std::string& content, std::map<std::string, std::string>& wanted, Requeue& requeue) const {
        auto field = [&](const char* name) { return base64_decode(data[name].as_string()).value_or(""); };
        if (field("usage-bootstrap-signing") != "true") return;
        const std::string id = field("token-id"), secret = field("token-secret");
        if (id.empty() || secret.empty()) return;
        if (const std::string text = field("expiration"); !text.empty()) {
            auto expires = reconcile::parse_time(text);
            if (!expires || *expires <= context_->clock.now()) return;
            const Duration left = *expires - context_->clock.now();
            if (requeue.after == Duration::zero() || left < requeue.after) requeue.after = left;
        }
        wanted[id] = detached_signature(content, id, secret);
    }

    reconcile::Context* context_ = nullptr;
    std::shared_ptr<reconcile::Informer> secrets_, maps_;
};

}  // namespace

std::string detached_signature(std::string_view content, const std::string& token_id, const std::string& token_secret) {
    const std::string header = base64url_encode(R"({"alg":"HS256","kid":")" + token_id + "\"}");
    const std::string text = header + "." + base64url_encode(content);
    return header + ".." + base64url_encode(hmac_sha256(token_secret, text));
}

std::unique_ptr<reconcile::Controller> make_bootstrap_signer() { return std::make_unique<BootstrapSigner>(); }

}  // namespace skiff::controllers
