#include <algorithm>
#include <utility>

#include "api/kinds/hooks.h"
#include "api/kinds/set_default.h"
#include "api/kinds/validate_custom_resource_definition.h"
#include "base/strings.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

void default_definition(Value& object) {
    Value& spec = object.mut("spec");
    Value& names = spec.mut("names");
    const std::string kind = names["kind"].as_string();
    if (!kind.empty()) {
        set_default_zero(names, "singular", lower(kind));
        set_default_zero(names, "listKind", kind + "List");
    }
    set_default(spec, "conversion", Value::object({{"strategy", "None"}}));
    Value& conversion = spec.mut("conversion");
    if_object(conversion, "webhook", [](Value& webhook) {
        if_object(webhook, "clientConfig", [](Value& config) {
            if_object(config, "service", [](Value& service) { set_default(service, "port", 443); });
        });
    });
}

// A version that once was the storage version stays listed until someone takes it off.
void add_stored_version(Value& object) {
    const json::Array& versions = std::as_const(object)["spec"]["versions"].items();
    auto storage = std::find_if(versions.begin(), versions.end(), [](const Value& version) { return version["storage"].as_bool(); });
    if (storage == versions.end()) return;
    const Value name = (*storage)["name"];
    json::Array& stored = object.mut("status").mut("storedVersions").mut_items();
    if (std::find(stored.begin(), stored.end(), name) == stored.end()) stored.push_back(name);
}

void prepare_definition(Value& object) {
    object.set("status", Value::object({{"conditions", nullptr},
                                        {"acceptedNames", Value::object({{"plural", ""}, {"kind", ""}})},
                                        {"storedVersions", Value::array()}}));
    add_stored_version(object);
}

}  // namespace

KindHooks custom_resource_definition_hooks() {
    return {.set_defaults = default_definition,
            .prepare_create = prepare_definition,
            .prepare_update = [](Value& object, const Value&) { add_stored_version(object); },
            .validate_create = validate_definition,
            .validate_update = validate_definition_update,
            .validate_status_update = validate_definition_status,
            .warnings = definition_warnings};
}

}  // namespace skiff::api::kinds
