#include "api/kinds/hooks.h"
#include "api/kinds/validate_status.h"
#include "api/kinds/validate_config.h"
#include "api/kinds/set_default.h"
#include "base/encoding.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

// stringData is only a way to write data.
void default_secret(Value& secret) {
    if (const Value* given = std::as_const(secret).find("stringData")) {
        const Value texts = *given;
        for (const auto& [key, text] : texts.members()) secret.mut("data").set(key, base64_encode(text.as_string()));
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

void copy_missing(Value& item, std::string_view to, const Value& from) {
    for (const auto& [resource, quantity] : from.members()) set_default(item.mut(to), resource, quantity);
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
            .validate_update = validate_secret_update};
}

KindHooks service_account_hooks() {
    return {.prepare_create = clean_service_account, .prepare_update = [](Value& object, const Value&) { clean_service_account(object); }};
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
