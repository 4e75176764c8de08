#include "server/apiserver/authorize.h"

#include <algorithm>

#include "api/go_text.h"
#include "api/names.h"
#include "base/encoding.h"
#include "base/strings.h"
#include "server/apiserver/authn/waiting.h"
#include "server/apiserver/engine.h"

namespace skiff::apiserver {
namespace {

constexpr std::string_view kServiceAccountPrefix = "system:serviceaccount:";
constexpr std::string_view kExtraPrefix = "impersonate-extra-";

std::string forbidden_text(const Attributes& a) {
    std::string resource = a.subresource.empty() ? a.resource : a.resource + "/" + a.subresource;
    std::string qualified = a.group.empty() ? a.resource : a.resource + "." + a.group;
    std::string who = a.name.empty() ? qualified : fmt::format("{} {}", qualified, api::go_quote(a.name));
    std::string where = a.ns.empty() ? "at the cluster scope" : "in the namespace " + api::go_quote(a.ns);
    return fmt::format("{} is forbidden: User {} cannot {} resource {} in API group {} {}", who, api::go_quote(a.user.name), a.verb, api::go_quote(resource),
                       api::go_quote(a.group), where);
}

Status denied(const Attributes& a, const std::string& reason) {
    std::string text = a.resource_request ? forbidden_text(a) : fmt::format("forbidden: User {} cannot {} path {}", api::go_quote(a.user.name), a.verb, api::go_quote(a.path));
    if (!reason.empty()) text += ": " + reason;
    Status status(Reason::Forbidden, std::move(text));
    if (!a.resource_request) return std::move(status).with_details(empty_details());
    return std::move(status).with_details({a.group, a.resource, a.name, ""});
}

Status may_impersonate(const Core& core, const User& user, std::string group, std::string resource, std::string subresource, std::string ns, std::string name) {
    Attributes a = Attributes::of_resource(user, "impersonate", {std::move(group), "v1", std::move(resource)}, std::move(ns), std::move(name));
    a.subresource = std::move(subresource);
    return authorize(core, a);
}

// system:serviceaccount:NS:NAME
bool split_service_account(const std::string& user, std::string& ns, std::string& name) {
    if (user.rfind(kServiceAccountPrefix, 0) != 0) return false;
    std::vector<std::string> parts = split(user.substr(kServiceAccountPrefix.size()), ':');
    if (parts.size() != 2 || !api::check_dns1123_label(parts[0]).empty() || !api::check_dns1123_subdomain(parts[1]).empty()) return false;
    ns = parts[0];
    name = parts[1];
    return true;
}

std::map<std::string, std::vector<std::string>> wanted_extra(const net::Headers& headers) {
    std::map<std::string, std::vector<std::string>> extra;
    for (const auto& [name, value] : headers.entries()) {
        std::string key = lower(name);
        if (key.rfind(kExtraPrefix, 0) != 0) continue;
        key = key.substr(kExtraPrefix.size());
        extra[percent_decode(key).value_or(key)].push_back(value);
    }
    return extra;
}

}  // namespace

Result<User> authenticate(const Core& core, const net::Request& request) {
    for (const auto& authenticator : core.authenticators) {
        std::optional<User> user = TRY(authenticator->authenticate(request));
        if (!user) continue;
        if (!user->in_group(kAuthenticated) && user->name != kAnonymous) user->groups.emplace_back(kAuthenticated);
        return std::move(*user);
    }
    User anonymous;
    anonymous.name = std::string(kAnonymous);
    anonymous.groups = {std::string(kUnauthenticated)};
    return anonymous;
}

bool authentication_waits(const Core& core, const net::Request& request) {
    auto waits = [&](const std::shared_ptr<Authenticator>& authenticator) {
        auto* waiting = dynamic_cast<WaitingAuthenticator*>(authenticator.get());
        return waiting && waiting->waits(request);
    };
    if (std::none_of(core.authenticators.begin(), core.authenticators.end(), waits)) return false;
    for (const auto& authenticator : core.authenticators) {
        if (waits(authenticator)) return true;
        // Those behind the one that decides are not asked.
        auto user = authenticator->authenticate(request);
        if (!user.ok() || *user) return false;
    }
    return false;
}

Status authorize(const Core& core, const Attributes& attributes, std::string* reason) {
    if (!core.authorizer) return {};
    Verdict verdict = core.authorizer->authorize(attributes);
    if (reason) *reason = verdict.reason;
    if (verdict.kind == Verdict::Kind::Allow) return {};
    return denied(attributes, verdict.reason);
}

Status impersonate(const Core& core, const net::Request& request, RequestContext& context) {
    const std::string& name = request.headers.get("Impersonate-User");
    std::vector<std::string> groups = request.headers.all("Impersonate-Group");
    const std::string& uid = request.headers.get("Impersonate-Uid");
    auto extra = wanted_extra(request.headers);
    if (name.empty()) {
        // Go's print of the object references that Kubernetes makes of the headers.
        std::string asked;
        for (const std::string& group : groups) asked += fmt::format(" {{Group  {}    }}", group);
        for (const auto& [key, values] : extra)
            for (const std::string& value : values) asked += fmt::format(" {{UserExtra  {}  authentication.k8s.io/v1  {}}}", value, key);
        if (!uid.empty()) asked += fmt::format(" {{UID  {}  authentication.k8s.io/v1  }}", uid);
        if (asked.empty()) return {};
        return error(Reason::InternalError, "requested [{}] without impersonating a user", asked.substr(1));
    }
    const User& user = context.attributes.user;
    User wanted;
    wanted.name = name;
    std::string ns, account;
    bool is_account = split_service_account(name, ns, account);
    if (is_account) TRY(may_impersonate(core, user, "", "serviceaccounts", "", ns, account));
    else TRY(may_impersonate(core, user, "", "users", "", "", name));
    for (const std::string& group : groups) TRY(may_impersonate(core, user, "", "groups", "", "", group));
    for (const auto& [key, values] : extra)
        for (const std::string& value : values) TRY(may_impersonate(core, user, "authentication.k8s.io", "userextras", key, "", value));
    if (!uid.empty()) TRY(may_impersonate(core, user, "authentication.k8s.io", "uids", "", "", uid));
    wanted.uid = uid;
    wanted.extra = std::move(extra);
    wanted.groups = std::move(groups);
    if (is_account && wanted.groups.empty()) wanted.groups = {"system:serviceaccounts", "system:serviceaccounts:" + ns};
    if (name == kAnonymous) {
        if (!wanted.in_group(kUnauthenticated)) wanted.groups.emplace_back(kUnauthenticated);
    } else if (!wanted.in_group(kAuthenticated) && !wanted.in_group(kUnauthenticated)) {
        wanted.groups.emplace_back(kAuthenticated);
    }
    context.attributes.user = std::move(wanted);
    return {};
}

}  // namespace skiff::apiserver
