#include "server/apiserver/authn/service_accounts.h"

#include <algorithm>
#include <list>
#include <mutex>

#include "api/go_text.h"
#include "api/timestamp.h"
#include "base/encoding.h"
#include "base/hash.h"
#include "base/text_map.h"
#include "pki/join_token.h"
#include "server/apiserver/authn/bearer.h"

namespace skiff::apiserver {

namespace {

const api::Gvr kServiceAccounts{"", "v1", "serviceaccounts"};
const api::Gvr kPods{"", "v1", "pods"};
const api::Gvr kSecrets{"", "v1", "secrets"};
const api::Gvr kNodes{"", "v1", "nodes"};
// What is being deleted may use its token this long, so that pods can shut down in order.
constexpr auto kLeeway = std::chrono::seconds(60);
constexpr char kLegacyIssuer[] = "kubernetes/serviceaccount";
constexpr char kInvalidSinceLabel[] = "kubernetes.io/legacy-token-invalid-since";
constexpr char kExtra[] = "authentication.kubernetes.io/";

// As Go prints a list of strings.
std::string quoted(const std::vector<std::string>& list) {
    std::string out = "[";
    for (const auto& item : list) out += (out.size() == 1 ? "" : " ") + api::go_quote(item);
    return out + "]";
}

// Claims of tokens whose signature was good, the oldest dropped first. By hash: no token is kept.
class VerifiedTokens {
public:
    using Claims = std::shared_ptr<const json::Value>;

    Claims find(const std::string& hash) {
        std::lock_guard lock(mutex_);
        auto found = claims_.find(hash);
        return found == claims_.end() ? nullptr : found->second;
    }
    void add(const std::string& hash, Claims claims) {
        std::lock_guard lock(mutex_);
        if (!claims_.emplace(hash, std::move(claims)).second) return;
        order_.push_back(hash);
        if (order_.size() <= kMax) return;
        claims_.erase(order_.front());
        order_.pop_front();
    }

private:
    static constexpr size_t kMax = 1024;
    std::mutex mutex_;
    TextMap<Claims> claims_;
    std::list<std::string> order_;
};

// Tells the server of a token's use, once a minute for each Secret until its label says so.
class UseTracker {
public:
    void used(const ServiceAccountOptions& options, const api::Meta& secret, Clock& clock) {
        const auto now = clock.now();
        const auto today = api::format_time(now).substr(0, 10), tomorrow = api::format_time(now + std::chrono::hours(24)).substr(0, 10);
        const auto& known = secret.label(kLastUsedLabel);
        // Tomorrow: another server's clock is ahead.
        if (!options.token_used || known == today || known == tomorrow) return;
        {
            std::lock_guard lock(mutex_);
            if (told_.size() >= kMax) told_.clear();
            auto [it, first] = told_.try_emplace(secret.uid, now);
            if (!first && now - it->second < std::chrono::minutes(1)) return;
            it->second = now;
        }
        options.token_used(secret, today);
    }

private:
    static constexpr size_t kMax = 1024;
    std::mutex mutex_;
    TextMap<WallTime> told_;
};

class ServiceAccountAuthenticator : public Authenticator {
public:
    ServiceAccountAuthenticator(pki::JwtVerifier verifier, ServiceAccountOptions options, const Reader& reader, Clock& clock)
        : verifier_(std::move(verifier)), options_(std::move(options)), api_audiences_(options_.api_audiences()), reader_(reader), clock_(clock) {}

    Result<std::optional<User>> authenticate(const net::Request& request) override {
        std::string token = bearer_token(request);
        if (std::count(token.begin(), token.end(), '.') != 2) return std::optional<User>();
        auto claims = TRY(verified(token));
        if (!claims) return std::optional<User>();   // another issuer's
        auto asked = request.headers.all(kAudienceHeader);
        auto matched = TRY(matching_audiences((*claims)["aud"], asked.empty() ? api_audiences_ : asked));
        TRY(check_token_times(*claims));
        const bool legacy = (*claims)["iss"].as_string() == kLegacyIssuer;
        User user = TRY(legacy ? legacy_user(*claims, token) : user_of((*claims)["kubernetes.io"]));
        if (const std::string& id = (*claims)["jti"].as_string(); !legacy && !id.empty()) user.extra[std::string(kExtra) + "credential-id"] = {"JTI=" + id};
        if (!asked.empty()) user.extra[std::string(kMatchedAudiences)] = std::move(matched);
        return std::optional<User>(std::move(user));
    }

private:
    Result<VerifiedTokens::Claims> verified(const std::string& token) {
        if (token.size() > pki::kJwtBytesMax) return unauthorized();
        std::string hash = sha256_hex(token);
        if (auto known = verified_.find(hash)) return known;
        auto unverified = pki::unverified_claims(token);
        if (!unverified.ok()) return VerifiedTokens::Claims();
        if (const auto& issuer = (*unverified)["iss"].as_string(); issuer != options_.issuer && issuer != kLegacyIssuer) return VerifiedTokens::Claims();
        auto claims = verifier_.verify(token);
        if (!claims.ok()) return unauthorized("go-jose/go-jose: error in cryptographic primitive");
        auto kept = std::make_shared<const json::Value>(std::move(claims).value());
        verified_.add(hash, kept);
        return VerifiedTokens::Claims(std::move(kept));
    }

    // Those of wanted that the token has; a token without any is for this API.
    Result<std::vector<std::string>> matching_audiences(const json::Value& claim, const std::vector<std::string>& wanted) const {
        std::vector<std::string> held, out;
        if (claim.is_string()) held.push_back(claim.as_string());
        for (const auto& item : claim.items()) held.push_back(item.as_string());
        if (held.empty()) held = api_audiences_;
        for (const auto& audience : wanted)
            if (std::find(held.begin(), held.end(), audience) != held.end()) out.push_back(audience);
        if (out.empty()) return unauthorized(fmt::format("token audiences {} is invalid for the target audiences {}", quoted(held), quoted(wanted)));
        return out;
    }

    // Only what was signed without an end may lack one: legacy tokens.
    Status check_token_times(const json::Value& claims) const {
        const double now_s = std::chrono::duration<double>(clock_.now().time_since_epoch()).count();
        if (!claims["exp"].is_number() ? claims["iss"].as_string() != kLegacyIssuer : now_s >= claims["exp"].as_double()) return unauthorized("service account token has expired");
        if (claims.has("nbf") && now_s < claims["nbf"].as_double()) return unauthorized("service account token is not valid yet");
        return {};
    }

    // Null: it is not there, or has been deleted for longer than the leeway; another object of that name is so too.
    api::ObjectPtr living(const api::Gvr& gvr, const std::string& ns, const std::string& name) const {
        auto object = reader_.get(gvr, ns, name);
        if (!object || !object->meta().deleting()) return object;
        auto deleted = api::parse_time(object->meta().deletion_timestamp);
        return deleted && clock_.now() < *deleted + kLeeway ? object : nullptr;
    }

    // The object that a token is bound to.
    Status check_bound(const char* kind, const api::Gvr& gvr, const std::string& ns, const json::Value& reference) const {
        auto object = living(gvr, ns, reference["name"].as_string());
        if (!object) return unauthorized("service account token has been invalidated");
        if (object->meta().uid == reference["uid"].as_string()) return {};
        return unauthorized(fmt::format("{} UID ({}) does not match service account {} ref claim ({})", kind, object->meta().uid, kind, reference["uid"].as_string()));
    }

    static User account_user(const std::string& ns, const std::string& name, const std::string& uid) {
        User user;
        user.name = "system:serviceaccount:" + ns + ":" + name;
        user.uid = uid;
        user.groups = {"system:serviceaccounts", "system:serviceaccounts:" + ns};
        return user;
    }

    // A token without expiry, kept in a Secret: it lives as long as the Secret holds it and the account is the same one.
    Result<User> legacy_user(const json::Value& claims, const std::string& token) {
        const std::string& ns = claims["kubernetes.io/serviceaccount/namespace"].as_string();
        const std::string& name = claims["kubernetes.io/serviceaccount/service-account.name"].as_string();
        const std::string& uid = claims["kubernetes.io/serviceaccount/service-account.uid"].as_string();
        const std::string& secret_name = claims["kubernetes.io/serviceaccount/secret.name"].as_string();
        if (ns.empty()) return unauthorized("namespace claim is missing");
        if (name.empty() || claims["sub"].as_string() != "system:serviceaccount:" + ns + ":" + name) return unauthorized("sub claim is invalid");
        auto secret = reader_.get(kSecrets, ns, secret_name);
        if (!secret || secret->meta().deleting()) return unauthorized("Token has been invalidated");
        if (!pki::same_secret((*secret->tree())["data"]["token"].as_string(), base64_encode(token))) return unauthorized("Token does not match server's copy");
        auto account = reader_.get(kServiceAccounts, ns, name);
        if (!account) return unauthorized(fmt::format("serviceaccounts \"{}\" not found", name));
        if (account->meta().deleting()) return unauthorized(fmt::format("ServiceAccount {}/{} has been deleted", ns, name));
        if (account->meta().uid != uid) return unauthorized(fmt::format("ServiceAccount UID ({}) does not match claim ({})", account->meta().uid, uid));
        uses_.used(options_, secret->meta(), clock_);
        if (!secret->meta().label(kInvalidSinceLabel).empty())
            return unauthorized(fmt::format("the token in secret {0}/{1} for service account {0}/{2} has been marked invalid. Use tokens from the TokenRequest API or manually created "
                                            "secret-based tokens, or remove the '{3}' label from the secret to temporarily allow use of this token",
                                            ns, secret_name, name, kInvalidSinceLabel));
        return account_user(ns, name, uid);
    }

    Result<User> user_of(const json::Value& bound) const {
        const std::string& ns = bound["namespace"].as_string();
        const std::string& name = bound["serviceaccount"]["name"].as_string();
        const std::string& uid = bound["serviceaccount"]["uid"].as_string();
        if (ns.empty() || name.empty()) return unauthorized();
        if (!reader_.get(kServiceAccounts, ns, name)) return unauthorized(fmt::format("serviceaccounts \"{}\" not found", name));
        auto account = living(kServiceAccounts, ns, name);
        if (!account) return unauthorized(fmt::format("service account {}/{} has been deleted", ns, name));
        if (account->meta().uid != uid) return unauthorized(fmt::format("service account UID ({}) does not match claim ({})", account->meta().uid, uid));
        User user = account_user(ns, name, uid);
        const json::Value& pod = bound["pod"];
        const json::Value& node = bound["node"];
        if (bound["secret"].is_object()) TRY(check_bound("secret", kSecrets, ns, bound["secret"]));
        if (pod.is_object()) {
            TRY(check_bound("pod", kPods, ns, pod));
            user.extra[std::string(kExtra) + "pod-name"] = {pod["name"].as_string()};
            user.extra[std::string(kExtra) + "pod-uid"] = {pod["uid"].as_string()};
        }
        if (node.is_object()) {
            // Beside a pod the node is information only.
            if (!pod.is_object()) TRY(check_bound("node", kNodes, "", node));
            user.extra[std::string(kExtra) + "node-name"] = {node["name"].as_string()};
            if (!node["uid"].as_string().empty()) user.extra[std::string(kExtra) + "node-uid"] = {node["uid"].as_string()};
        }
        return user;
    }

    pki::JwtVerifier verifier_;
    ServiceAccountOptions options_;
    std::vector<std::string> api_audiences_;
    const Reader& reader_;
    Clock& clock_;
    VerifiedTokens verified_;
    UseTracker uses_;
};

}  // namespace

std::shared_ptr<Authenticator> make_service_account_authenticator(pki::JwtVerifier verifier, ServiceAccountOptions options, const Reader& reader,
                                                                  Clock& clock) {
    return std::make_shared<ServiceAccountAuthenticator>(std::move(verifier), std::move(options), reader, clock);
}

}  // namespace skiff::apiserver
