#include "api/kinds/hooks.h"
#include "api/kinds/validate_status.h"
#include "api/kinds/validate_config.h"
#include "api/kinds/set_default.h"
#include "base/encoding.h"
#include "json/member_index.h"

#include <algorithm>

namespace skiff::api::kinds {

namespace {

using json::Value;

// stringData is only a way to write data.
void default_secret(Value& secret) {
    if (const Value* given = std::as_const(secret).find("stringData")) {
        const Value texts = *given;
        json::MemberIndex written(texts);
        json::Object& data = secret.mut("data").mut_members();
        std::erase_if(data, [&](const json::Member& old) { return written.has(old.key); });
        for (const auto& [key, text] : texts.members()) data.push_back({key, base64_encode(text.as_string())});
        std::sort(data.begin(), data.end(), [](const json::Member& a, const json::Member& b) { return a.key < b.key; });
        secret.erase("stringData");
    }
    set_default_zero(secret, "type", "Opaque");
}

// Of the references to secrets only the names are kept.
void clean_service_account(Value& account) {
    each_object(account, "secrets", [](Value& reference) {
        reference = reference["name"].empty() ? Value::object() : Value::object({{"name", reference["name"]}});
    });
}

std::vector<std::string> service_account_warnings(const Value& account) {
    constexpr std::string_view kOld = "kubernetes.io/enforce-mountable-secrets";
    if (!account["metadata"]["annotations"].has(kOld)) return {};
    return {"metadata.annotations[" + std::string(kOld) + "]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets"};
}

// The types of the PEM blocks in a text, in order.
std::vector<std::string> pem_types(const std::string& text) {
    constexpr std::string_view kBegin = "-----BEGIN ", kEnd = "-----";
    std::vector<std::string> types;
    for (size_t at = text.find(kBegin); at != std::string::npos; at = text.find(kBegin, at)) {
        at += kBegin.size();
        size_t end = text.find(kEnd, at);
        if (end == std::string::npos) break;
        std::string type = text.substr(at, end - at);
        if (text.find("-----END " + type + "-----", end) != std::string::npos) types.push_back(std::move(type));
    }
    return types;
}

// What crypto/tls says of a pair whose PEM is no certificate and key.
std::vector<std::string> secret_warnings(const Value& secret) {
    if (secret["type"].as_string() != "kubernetes.io/tls") return {};
    auto key_type = [](const std::string& type) { return type.ends_with("PRIVATE KEY"); };
    auto skipped = [](const std::vector<std::string>& types) {
        std::string out;
        for (const auto& type : types) out += (out.empty() ? "" : " ") + type;
        return "after skipping PEM blocks of the following types: [" + out + "]";
    };
    auto certificate = pem_types(base64_decode(secret["data"]["tls.crt"].as_string()).value_or("")), key = pem_types(base64_decode(secret["data"]["tls.key"].as_string()).value_or(""));
    if (certificate.empty()) return {"tls: failed to find any PEM data in certificate input"};
    if (std::find(certificate.begin(), certificate.end(), "CERTIFICATE") == certificate.end()) {
        if (certificate.size() == 1 && key_type(certificate[0]))
            return {"tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched"};
        return {"tls: failed to find \"CERTIFICATE\" PEM block in certificate input " + skipped(certificate)};
    }
    if (key.empty()) return {"tls: failed to find any PEM data in key input"};
    if (std::any_of(key.begin(), key.end(), key_type)) return {};
    if (key.size() == 1 && key[0] == "CERTIFICATE") return {"tls: found a certificate rather than a key in the PEM for the private key"};
    return {"tls: failed to find PEM block with type ending in \"PRIVATE KEY\" in key input " + skipped(key)};
}

void copy_missing(Value& item, std::string_view to, const Value& from) {
    const Value present = item[to];
    json::MemberIndex known(present);
    for (const auto& [resource, quantity] : from.members())
        if (!known.has(resource)) item.mut(to).mut_members().push_back({resource, quantity});
}

void default_limit_range(Value& object) {
    if_object(object, "spec", [](Value& spec) {
        each_object(spec, "limits", [](Value& item) {
            if (item["type"].as_string() != "Container") return;
            copy_missing(item, "default", Value(item["max"]));
            copy_missing(item, "defaultRequest", Value(item["default"]));
            copy_missing(item, "defaultRequest", Value(item["min"]));
        });
    });
}

}  // namespace

KindHooks config_map_hooks() {
    return {.validate_create = validate_config_map,
            .validate_update = validate_config_map_update};
}

KindHooks secret_hooks() {
    return {.set_defaults = default_secret,
            .validate_create = validate_secret,
            .validate_update = validate_secret_update,
            .warnings = secret_warnings};
}

KindHooks service_account_hooks() {
    return {.prepare_create = clean_service_account, .prepare_update = [](Value& object, const Value&) { clean_service_account(object); },
            .warnings = service_account_warnings};
}

KindHooks limit_range_hooks() {
    return {.set_defaults = default_limit_range,
            .validate_create = validate_limit_range,
            .validate_update = also_on_update(validate_limit_range)};
}

KindHooks resource_quota_hooks() {
    return {.prepare_create = [](Value& object) { reset_status(object); },
            .validate_create = validate_resource_quota,
            .validate_update = validate_resource_quota_update,
            .validate_status_update = validate_quota_status};
}

}  // namespace skiff::api::kinds
