#include <set>
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
    std::set<std::string> known;
    for (const auto& name : std::as_const(object)["status"]["storedVersions"].items()) known.insert(name.as_string());
    for (const auto& version : std::as_const(object)["spec"]["versions"].items())
        if (version["storage"].as_bool() && known.insert(version["name"].as_string()).second) object.mut("status").mut("storedVersions").push_back(version["name"]);
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
