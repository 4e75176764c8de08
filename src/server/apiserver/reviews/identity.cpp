// TokenReview and SelfSubjectReview: whose token is this, and who am I.
#include <algorithm>

#include "api/go_text.h"
#include "server/apiserver/authorize.h"
#include "server/apiserver/subresource/subresource.h"

namespace skiff::apiserver {
namespace {

json::Value strings(const std::vector<std::string>& list) {
    json::Value out = json::Value::array();
    for (const std::string& s : list) out.push_back(s);
    return out;
}

json::Value user_value(const User& user) {
    json::Value out = json::Value::object();
    if (!user.name.empty()) out.set("username", user.name);
    if (!user.uid.empty()) out.set("uid", user.uid);
    if (!user.groups.empty()) out.set("groups", strings(user.groups));
    if (!user.extra.empty()) {
        json::Value extra = json::Value::object();
        for (const auto& [key, values] : user.extra) extra.set(key, strings(values));
        out.set("extra", std::move(extra));
    }
    return out;
}

Answer created(json::Value value, std::string_view type) {
    Answer answer;
    answer.code = 201;
    answer.value = std::move(value);
    answer.value_type = type;
    return answer;
}

// Those of the asked ones (all of ours, when none is asked for) that the token is for. Who knows no audiences (static and bootstrap tokens) knows
// users of this API.
std::vector<std::string> matched_audiences(const Core& core, User& user, std::vector<std::string> asked) {
    if (auto found = user.extra.find(std::string(kMatchedAudiences)); found != user.extra.end()) {
        std::vector<std::string> matched = std::move(found->second);
        user.extra.erase(found);
        return matched;
    }
    const std::vector<std::string> ours = core.tokens ? core.tokens->default_audiences() : std::vector<std::string>();
    if (asked.empty()) return ours;
    std::erase_if(asked, [&](const std::string& audience) { return std::find(ours.begin(), ours.end(), audience) == ours.end(); });
    return asked;
}

}  // namespace

Result<Answer> serve_token_review(Core& core, RequestContext& context, const Body& body) {
    json::Value review = TRY(decode_object(core.kinds, *context.kind, body, context));
    const std::string token = review["spec"]["token"].as_string();
    if (token.empty()) return error(Reason::BadRequest, "token is required for TokenReview in authentication");
    // The authenticators look at a request; this one carries nothing but the token and the audiences that are asked for.
    net::Request probe;
    probe.headers.set("Authorization", "Bearer " + token);
    std::vector<std::string> audiences;
    for (const json::Value& audience : review["spec"]["audiences"].items()) audiences.push_back(audience.as_string());
    for (const std::string& audience : audiences) probe.headers.add(kAudienceHeader, audience);
    json::Value status = json::Value::object();
    auto user = authenticate(core, probe);
    const bool known = user.ok() && user->name != kAnonymous;
    std::vector<std::string> matched = known ? matched_audiences(core, *user, audiences) : std::vector<std::string>();
    if (!known || (matched.empty() && !audiences.empty())) {
        std::string why = "invalid bearer token";
        if (!user.ok() && user.status().message() != "Unauthorized" && !user.status().message().empty()) why = fmt::format("[{}, {}]", why, user.status().message());
        status.set("user", json::Value::object());
        status.set("error", why);
    } else {
        status.set("authenticated", true);
        status.set("user", user_value(*user));
        if (!matched.empty()) status.set("audiences", strings(matched));
    }
    review.mut("metadata");
    track_fields(core.kinds, *context.kind, nullptr, review, context, core.clock);
    review.set("status", std::move(status));
    return created(std::move(review), context.kind->type_name);
}

Result<Answer> serve_self_subject_review(Core& core, RequestContext& context, const Body& body) {
    json::Value review = TRY(decode_object(core.kinds, *context.kind, body, context));
    json::Value out = json::Value::object({{"kind", "SelfSubjectReview"}, {"apiVersion", "authentication.k8s.io/v1"}});
    out.set("metadata", json::Value::object({{"creationTimestamp", timestamp_now(core.clock)}}));
    out.set("status", json::Value::object({{"userInfo", user_value(context.attributes.user)}}));
    return created(std::move(out), context.kind->type_name);
}

}  // namespace skiff::apiserver
