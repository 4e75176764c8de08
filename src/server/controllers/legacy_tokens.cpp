#include "server/controllers/legacy_tokens.h"

#include <map>
#include <set>

#include "base/log.h"
#include "reconcile/timestamp.h"
#include "server/controllers/resources.h"

namespace skiff::controllers {

using reconcile::Requeue;

namespace {

using std::chrono::hours;

constexpr const char* kTracking = "kube-apiserver-legacy-service-account-token-tracking";
constexpr const char* kLastUsed = "kubernetes.io/legacy-token-last-used";
constexpr const char* kInvalidSince = "kubernetes.io/legacy-token-invalid-since";
constexpr Duration kUnused = hours(24 * 365), kInterval = hours(24);

// 00:00 UTC of a day as labels write it: 2026-11-21.
std::optional<WallTime> parse_date(const std::string& text) {
    return text.size() == 10 ? reconcile::parse_time(text + "T00:00:00Z") : std::nullopt;
}
std::string format_date(WallTime time) { return reconcile::format_time(time).substr(0, 10); }

// The Secrets that a pod refers to, wherever in it: secretName of volumes, secretRef and secretKeyRef of variables, imagePullSecrets,
// the references of volume plugins (nodePublishSecretRef, ...) and the sources of projected volumes.
void find_secrets(const json::Value& value, std::set<std::string>& names) {
    for (const auto& item : value.items()) find_secrets(item, names);
    for (const auto& [key, inner] : value.members()) {
        if (key == "secretName") names.insert(inner.as_string());
        if (key.find("ecret") != std::string::npos && inner.is_object()) names.insert(inner["name"].as_string());
        if (key == "imagePullSecrets")
            for (const auto& item : inner.items()) names.insert(item["name"].as_string());
        find_secrets(inner, names);
    }
}

class LegacyTokenCleaner : public reconcile::Controller {
public:
    std::string_view name() const override { return "legacy-service-account-token-cleaner"; }
    std::string service_account() const override { return "legacy-service-account-token-cleaner"; }
    std::vector<Gvr> inputs() const override { return {kSecrets, kServiceAccounts, kPods}; }
    std::vector<reconcile::Output> outputs() const override { return {{kSecrets, ""}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        secrets_ = context.informers.informer(kSecrets);
        accounts_ = context.informers.informer(kServiceAccounts);
        pods_ = context.informers.informer(kPods);
        context.queue.add("all");
    }

    // All of them, once a day.
    Result<Requeue> reconcile(const std::string&) override {
        const auto now = context_->clock.now();
        auto tracking = context_->client.get(kConfigMaps, "kube-system", kTracking);
        if (!tracking.ok() && tracking.status().reason() != Reason::NotFound) return std::move(tracking).status();
        const auto since = tracking.ok() ? parse_date((*(*tracking)->tree())["data"]["since"].as_string()) : std::nullopt;
        // Nobody knows of uses before the first whole day of tracking.
        if (!since || now < *since + hours(24) + kUnused) return Requeue{kInterval};
        Mounted mounted;
        for (const auto& secret : secrets_->list())
            if (unused(*secret, now, mounted)) TRY(retire(secret->meta(), now));
        return Requeue{kInterval};
    }

private:
    using Mounted = std::map<std::string, std::set<std::string>>;      // of namespaces, when first asked for

    bool unused(const api::Object& secret, WallTime now, Mounted& mounted) const {
        const auto& meta = secret.meta();
        const auto& account_name = meta.annotation("kubernetes.io/service-account.name");
        if (account_name.empty() || meta.deleting() || (*secret.tree())["type"].as_string() != "kubernetes.io/service-account-token") return false;
        const auto created = reconcile::parse_time(meta.creation_timestamp);
        if (!created || *created >= now - kUnused) return false;
        if (const auto* used = meta.find_label(kLastUsed); used && (!parse_date(*used) || *used >= format_date(now - kUnused))) return false;
        auto account = accounts_->get(meta.ns, account_name);
        const auto& uid = meta.annotation("kubernetes.io/service-account.uid");
        if (!account || (!uid.empty() && uid != account->meta().uid)) return false;
        bool listed = false;      // what users made themselves is theirs to remove
        for (const auto& reference : (*account->tree())["secrets"].items()) listed = listed || reference["name"].as_string() == meta.name;
        return listed && !in_pods(meta, mounted);
    }

    bool in_pods(const api::Meta& secret, Mounted& mounted) const {
        auto [it, first] = mounted.try_emplace(secret.ns);
        if (first)
            for (const auto& pod : pods_->list(secret.ns)) find_secrets((*pod->tree())["spec"], it->second);
        return it->second.count(secret.name) != 0;
    }

    Status retire(const api::Meta& meta, WallTime now) {
        const auto& since = meta.label(kInvalidSince);
        if (!parse_date(since)) {
            log::info("controllers", "unused service account token marked invalid", {{"secret", meta.key()}});
            auto labels = json::Value::object({{kInvalidSince, format_date(now)}});
            auto marked = context_->client.patch(kSecrets, meta.ns, meta.name, client::PatchType::Merge,
                                                 json::Value::object({{"metadata", json::Value::object({{"uid", meta.uid}, {"labels", labels}})}}));
            return settled(marked.ok() ? Status() : std::move(marked).status());
        }
        if (since >= format_date(now - kUnused)) return {};
        log::info("controllers", "unused service account token removed", {{"secret", meta.key()}});
        client::DeleteOptions options;
        options.uid = meta.uid;
        options.resource_version = std::to_string(meta.resource_version);
        return settled(context_->client.remove(kSecrets, meta.ns, meta.name, options));
    }

    // Somebody else changed it meanwhile: the next day decides anew.
    static Status settled(Status written) {
        return written.reason() == Reason::NotFound || written.reason() == Reason::Conflict ? Status() : written;
    }

    reconcile::Context* context_ = nullptr;
    std::shared_ptr<reconcile::Informer> secrets_, accounts_, pods_;
};

}  // namespace

std::unique_ptr<reconcile::Controller> make_legacy_token_cleaner() { return std::make_unique<LegacyTokenCleaner>(); }

}  // namespace skiff::controllers
