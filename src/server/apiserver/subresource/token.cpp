// serviceaccounts/token: TokenRequest. The signer is authn's; here are the rules and the object that the token is bound to.
#include "api/apply.h"
#include "api/timestamp.h"
#include "server/apiserver/subresource/admit.h"
#include "server/apiserver/subresource/subresource.h"

namespace skiff::apiserver {
namespace {

constexpr int64_t kSecondsMin = 600;
constexpr int64_t kSecondsDefault = 3600;
constexpr int64_t kSecondsMax = int64_t{1} << 32;
constexpr const char* kType = "authentication.v1.TokenRequest";

Status check_spec(const json::Value& request) {
    api::FieldErrors errors;
    int64_t seconds = request["spec"]["expirationSeconds"].as_int();
    api::FieldPath path = api::FieldPath("spec").child("expirationSeconds");
    if (seconds < kSecondsMin) errors.invalid(path, seconds, "may not specify a duration less than 10 minutes");
    if (seconds > kSecondsMax) errors.invalid(path, seconds, "may not specify a duration larger than 2^32 seconds");
    return errors.empty() ? Status() : errors.to_status("authentication.k8s.io", "TokenRequest", "");
}

// The object that the token shall live no longer than; its uid must be the one the caller means.
Status bind(Core& core, const std::string& ns, const json::Value& reference, TokenIssuer::Claims& claims) {
    if (!reference.is_object()) return {};
    const std::string& kind = reference["kind"].as_string();
    const std::string& name = reference["name"].as_string();
    const std::string& uid = reference["uid"].as_string();
    const char* resource = kind == "Pod" ? "pods" : kind == "Secret" ? "secrets" : kind == "Node" ? "nodes" : nullptr;
    // The version of the core group does not matter.
    const std::string& version = reference["apiVersion"].as_string();
    const size_t slash = version.find('/');
    if (resource == nullptr || slash != std::string::npos)
        return error(Reason::BadRequest, "cannot bind token to object of type {}/{}, Kind={}", slash == std::string::npos ? "" : version.substr(0, slash),
                     slash == std::string::npos ? version : version.substr(slash + 1), kind);
    if (name.empty()) return error(Reason::BadRequest, "Name parameter required.");
    api::Gvr gvr{"", "v1", resource};
    api::ObjectPtr object = core.cache.get(gvr, kind == "Node" ? std::string() : ns, name);
    if (!object) return not_found(*core.kinds.find(gvr), name);
    if (kind == "Pod" && (*object->tree())["spec"]["serviceAccountName"].as_string() != claims.service_account)
        return error(Reason::BadRequest, "cannot bind token for serviceaccount \"{}\" to pod running with different serviceaccount name.", claims.service_account);
    if (!uid.empty() && uid != object->meta().uid)
        return error(Reason::Conflict,
                     "Operation cannot be fulfilled on {} \"{}\": the UID in the bound object reference ({}) does not match the UID in record. The object might have been "
                     "deleted and then recreated",
                     kind, name, uid)
            .with_details({"", kind, name, ""});
    claims.bound = {kind, name, object->meta().uid};
    if (kind != "Pod") return {};
    api::TreePtr pod = object->tree();
    claims.node_name = (*pod)["spec"]["nodeName"].as_string();
    if (api::ObjectPtr node = core.cache.get({"", "v1", "nodes"}, "", claims.node_name)) claims.node_uid = node->meta().uid;
    return {};
}

}  // namespace

Result<Answer> serve_token(Core& core, RequestContext& context, const Body& body) {
    const Attributes& a = context.attributes;
    if (!core.tokens) return error(Reason::ServiceUnavailable, "this server issues no tokens");
    json::Value request = TRY(decode_typed(core.kinds, {"authentication.k8s.io", "v1", "TokenRequest"}, kType, body, context));
    if (!core.cache.get({"", "v1", "namespaces"}, "", a.ns)) return not_found(*core.kinds.find(api::Gvr{"", "v1", "namespaces"}), a.ns);
    if (const std::string& ns = request["metadata"]["namespace"].as_string(); !ns.empty() && ns != a.ns)
        return error(Reason::BadRequest, "the namespace of the provided object does not match the namespace sent on the request");
    if (const std::string& name = request["metadata"]["name"].as_string(); !name.empty() && name != a.name) {
        api::FieldErrors errors;
        errors.invalid(api::FieldPath("metadata").child("name"), name, "must match the service account name if specified");
        return errors.to_status("authentication.k8s.io", "TokenRequest", a.name);
    }
    api::ObjectPtr account = core.cache.get({"", "v1", "serviceaccounts"}, a.ns, a.name);
    if (!account) return not_found(*context.kind, a.name);
    if (const std::string& uid = request["metadata"]["uid"].as_string(); !uid.empty() && uid != account->meta().uid)
        return error(Reason::Conflict, "Operation cannot be fulfilled on TokenRequest.authentication.k8s.io \"{}\": the UID in the token request ({}) does not match the UID of the service account ({})",
                     a.name, uid, account->meta().uid)
            .with_details({"authentication.k8s.io", "TokenRequest", a.name, ""});
    TRY(admit_created(core, context, {"authentication.k8s.io", "v1", "TokenRequest"}, kType, request));
    json::Value& spec = request.mut("spec");
    api::KindInfo kind;
    kind.gvk = {"authentication.k8s.io", "v1", "TokenRequest"};
    kind.type_name = kType;
    kind.schema = core.kinds.schemas().find(kType);
    if (!spec["expirationSeconds"].is_int()) spec.set("expirationSeconds", kSecondsDefault);
    TRY(check_spec(request));
    TokenIssuer::Claims claims;
    claims.ns = a.ns;
    claims.service_account = a.name;
    claims.uid = account->meta().uid;
    TRY(bind(core, a.ns, spec["boundObjectRef"], claims));
    track_fields(core.kinds, kind, nullptr, request, context, core.clock);
    for (const json::Value& audience : spec["audiences"].items()) claims.audiences.push_back(audience.as_string());
    if (claims.audiences.empty()) {
        claims.audiences = core.tokens->default_audiences();
        json::Value list = json::Value::array();
        for (const std::string& audience : claims.audiences) list.push_back(audience);
        spec.set("audiences", std::move(list));
    }
    claims.expires_in_s = spec["expirationSeconds"].as_int();
    json::Value& meta = request.mut("metadata");
    meta.set("name", a.name);
    meta.set("namespace", a.ns);
    meta.set("uid", account->meta().uid);
    meta.set("creationTimestamp", timestamp_now(core.clock));
    // Nothing is stored: a dry run gives a token as well, as in Kubernetes.
    TokenIssuer::Token issued = TRY(core.tokens->issue(claims));
    request.set("status", json::Value::object({{"token", issued.text}, {"expirationTimestamp", api::format_time(issued.expires)}}));
    Answer answer;
    answer.code = 201;
    answer.value = std::move(request);
    answer.value_type = kType;
    return answer;
}

}  // namespace skiff::apiserver
