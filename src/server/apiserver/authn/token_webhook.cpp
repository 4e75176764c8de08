#include "server/apiserver/authn/token_webhook.h"

#include <algorithm>
#include <list>
#include <map>
#include <mutex>

#include "base/hash.h"
#include "base/log.h"
#include "base/strings.h"
#include "server/apiserver/authn/bearer.h"
#include "server/apiserver/authn/waiting.h"
#include "server/apiserver/review_client.h"

namespace skiff::apiserver {

namespace {

constexpr size_t kKeptMax = 4096;

// What the service said of a token; no user: it does not know the token.
struct Verdict {
    Duration until{0};
    std::optional<User> user;
    std::vector<std::string> audiences;
    std::string error;
};

User user_of(const json::Value& value) {
    User user{value["username"].as_string(), value["uid"].as_string(), {}, {}};
    for (const auto& group : value["groups"].items()) user.groups.push_back(group.as_string());
    for (const auto& [key, values] : value["extra"].members())
        for (const auto& item : values.items()) user.extra[key].push_back(item.as_string());
    return user;
}

class TokenWebhook : public WaitingAuthenticator {
public:
    TokenWebhook(const TokenWebhookOptions& options, std::shared_ptr<ReviewClient> client, Clock& clock)
        : options_(options), client_(std::move(client)), clock_(clock) {}

    bool waits(const net::Request& request) override {
        const std::string token = bearer_token(request);
        return !token.empty() && !find(key_of(token, request.headers.all(kAudienceHeader)));
    }

    Result<std::optional<User>> authenticate(const net::Request& request) override {
        const std::string token = bearer_token(request);
        if (token.empty()) return std::optional<User>();
        const auto asked = request.headers.all(kAudienceHeader);
        const auto key = key_of(token, asked);
        auto verdict = find(key);
        if (!verdict) {
            auto answer = ask(token, asked.empty() ? options_.audiences : asked);
            if (!answer.ok()) {
                log::warn("authentication", "the token webhook failed", {{"error", answer.status().message()}});
                return unauthorized(answer.status().message());
            }
            verdict = keep(key, std::move(answer).value());
        }
        if (!verdict->user) {
            if (!verdict->error.empty()) return unauthorized(verdict->error);
            return std::optional<User>();
        }
        User user = *verdict->user;
        if (!asked.empty()) user.extra[std::string(kMatchedAudiences)] = verdict->audiences;
        return std::optional<User>(std::move(user));
    }

private:
    using VerdictPtr = std::shared_ptr<const Verdict>;

    static std::string key_of(const std::string& token, const std::vector<std::string>& audiences) {
        return sha256_hex(fmt::format("{}:{}:{}", token.size(), token, join(audiences, "\n")));
    }

    VerdictPtr find(const std::string& key) {
        std::lock_guard lock(mutex_);
        auto found = kept_.find(key);
        return found != kept_.end() && clock_.elapsed() < found->second->until ? found->second : nullptr;
    }

    VerdictPtr keep(const std::string& key, Verdict verdict) {
        verdict.until = clock_.elapsed() + options_.kept_for;
        auto kept = std::make_shared<const Verdict>(std::move(verdict));
        std::lock_guard lock(mutex_);
        if (kept_.size() >= kKeptMax) std::erase_if(kept_, [now = clock_.elapsed()](const auto& entry) { return entry.second->until <= now; });
        if (kept_.size() >= kKeptMax) kept_.erase(kept_.begin());   // in the order of hashes: any one
        kept_[key] = kept;
        return kept;
    }

    Result<Verdict> ask(const std::string& token, const std::vector<std::string>& audiences) const {
        auto list = json::Value::array();
        for (const auto& audience : audiences) list.push_back(audience);
        auto spec = json::Value::object({{"token", token}});
        if (list.size() > 0) spec.set("audiences", std::move(list));
        const auto review = json::Value::object({{"kind", "TokenReview"}, {"apiVersion", "authentication.k8s.io/" + options_.version},
                                                 {"metadata", json::Value::object({{"creationTimestamp", json::Value()}})}, {"spec", std::move(spec)}});
        const json::Value answer = TRY(client_->post(review));
        const auto& status = answer["status"];
        Verdict verdict;
        verdict.error = status["error"].as_string().substr(0, 1024);
        if (!status["authenticated"].as_bool()) return verdict;
        // A service that names no audiences means this API itself; one that names some must name one that was asked for.
        std::vector<std::string> named;
        for (const auto& audience : status["audiences"].items()) named.push_back(audience.as_string());
        if (named.empty()) named = options_.audiences;
        for (const auto& audience : audiences)
            if (std::find(named.begin(), named.end(), audience) != named.end()) verdict.audiences.push_back(audience);
        if (verdict.audiences.empty() && !audiences.empty()) return verdict;
        verdict.user = user_of(status["user"]);
        return verdict;
    }

    const TokenWebhookOptions options_;
    const std::shared_ptr<ReviewClient> client_;
    Clock& clock_;
    std::mutex mutex_;
    std::map<std::string, VerdictPtr> kept_;
};

}  // namespace

Result<std::shared_ptr<Authenticator>> make_token_webhook(const TokenWebhookOptions& options, net::IoThreads& io, Clock& clock) {
    return std::shared_ptr<Authenticator>(std::make_shared<TokenWebhook>(options, TRY(ReviewClient::open(options.kubeconfig, io)), clock));
}

}  // namespace skiff::apiserver
