#include "api/kinds/validate_config.h"
#include "api/go_text.h"
#include "api/kinds/check.h"
#include "base/encoding.h"
#include "json/member_index.h"
#include "json/parse.h"
#include "json/value_bounds.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

constexpr size_t kBytesMax = 1 << 20;
constexpr size_t kDockerConfigValuesMax = 100'000;
constexpr std::string_view kImmutable = "field is immutable when `immutable` is set";
const FieldPath kData("data");

size_t decoded_size(const std::string& text) { return text.size() / 4 * 3 - (text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0); }

void check_immutable_data(const Value& object, const Value& old, std::initializer_list<const char*> fields, FieldErrors& errors) {
    if (!old["immutable"].as_bool()) return;
    if (!object["immutable"].as_bool()) errors.forbidden(FieldPath("immutable"), kImmutable);
    for (auto field : fields)
        if (!(object[field] == old[field])) errors.forbidden(FieldPath(field), kImmutable);
}

void check_docker_config(const Value& secret, std::string_view key, FieldErrors& errors) {
    const Value* text = secret["data"].find(key);
    if (!text) {
        errors.required(kData.key(key), "");
        return;
    }
    const std::string config = base64_decode(text->as_string()).value_or("");
    auto parsed = json::holds_more_values(config, kDockerConfigValuesMax) ? Result<Value>(error(Reason::Invalid, "too many values")) : json::parse(config);
    if (!parsed.ok()) errors.invalid(kData.key(key), "<secret contents redacted>", without_offset(parsed.status()));
    else if (!parsed->is_object()) errors.invalid(kData.key(key), "<secret contents redacted>", "json: cannot unmarshal into Go value of type map[string]interface {}");
}

void check_secret_type(const Value& secret, FieldErrors& errors) {
    const std::string& type = secret["type"].as_string();
    const Value& data = secret["data"];
    if (type == "kubernetes.io/service-account-token") {
        constexpr std::string_view kAccount = "kubernetes.io/service-account.name";
        if (secret["metadata"]["annotations"][kAccount].empty()) errors.required(FieldPath("metadata").child("annotations").key(kAccount), "");
    } else if (type == "kubernetes.io/dockercfg") {
        check_docker_config(secret, ".dockercfg", errors);
    } else if (type == "kubernetes.io/dockerconfigjson") {
        check_docker_config(secret, ".dockerconfigjson", errors);
    } else if (type == "kubernetes.io/basic-auth") {
        if (data.has("username") || data.has("password")) return;
        for (auto key : {"username", "password"}) errors.required(kData.key(key), "");
    } else if (type == "kubernetes.io/ssh-auth") {
        if (data["ssh-privatekey"].empty()) errors.required(kData.key("ssh-privatekey"), "");
    } else if (type == "kubernetes.io/tls") {
        for (auto key : {"tls.crt", "tls.key"})
            if (!data.has(key)) errors.required(kData.key(key), "");
    }
}

}  // namespace

void validate_config_map(const Value& object, FieldErrors& errors) {
    size_t total = 0;
    json::MemberIndex binary(object["binaryData"]);
    for (const auto& [key, value] : object["data"].members()) {
        add_complaints(check_config_key(key), kData.key(key), key, errors);
        if (binary.has(key)) errors.invalid(kData.key(key), key, "duplicate of key present in binaryData");
        total += value.as_string().size();
    }
    for (const auto& [key, value] : object["binaryData"].members()) {
        add_complaints(check_config_key(key), FieldPath("binaryData").key(key), key, errors);
        total += decoded_size(value.as_string());
    }
    // Kubernetes names an empty path here.
    if (total > kBytesMax) errors.too_long(FieldPath("[]"), kBytesMax);
}

void validate_config_map_update(const Value& object, const Value& old, FieldErrors& errors) {
    check_immutable_data(object, old, {"data", "binaryData"}, errors);
    validate_config_map(object, errors);
}

void validate_secret(const Value& object, FieldErrors& errors) {
    size_t total = 0;
    for (const auto& [key, value] : object["data"].members()) {
        add_complaints(check_config_key(key), kData.key(key), key, errors);
        total += decoded_size(value.as_string());
    }
    if (total > kBytesMax) errors.too_long(kData, kBytesMax);
    check_secret_type(object, errors);
}

void validate_secret_update(const Value& object, const Value& old, FieldErrors& errors) {
    check_immutable(object["type"], old["type"], FieldPath("type"), errors);
    check_immutable_data(object, old, {"data"}, errors);
    validate_secret(object, errors);
}

}  // namespace skiff::api::kinds
