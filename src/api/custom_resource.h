// CustomResource: what a kind that a CustomResourceDefinition made has beside its KindInfo. One CustomDefinition owns the kinds of all its
// versions; they point to each other and live as long as the definition. Immutable; any thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/kind.h"
#include "api/structural/schema.h"
#include "api/structural/type_table.h"

namespace skiff::api {

struct CustomDefinition;

struct CustomResource {
    struct Scale {
        std::string spec_replicas, status_replicas, label_selector;   // ".spec.replicas"; selector "" none
    };
    std::weak_ptr<const CustomDefinition> owner;
    const CustomDefinition* definition = nullptr;
    const KindInfo* stored = nullptr;          // the kind in whose version objects are stored
    structural::Schema schema;
    structural::TypeTable types;
    bool has_schema = false;
    bool preserve_all = false;                 // spec.preserveUnknownFields of old definitions
    bool served = false;
    std::optional<Scale> scale;
    size_t version_index = 0;                  // in spec.versions
    std::string deprecation_warning;           // "" none
};

struct CustomDefinition {
    std::string name, uid;                     // of the definition object
    ObjectPtr object;                          // the definition itself
    bool terminating = false;
    bool converts_by_webhook = false;
    int64_t since = 0;                         // objects of greater revisions were written under these schemas
    std::vector<std::string> indexed_fields;   // selectable fields of all versions; the cache keeps their values
    std::vector<std::unique_ptr<CustomResource>> customs;
    std::vector<std::unique_ptr<KindInfo>> kinds;   // one for each version, served or not

    const KindInfo* version(std::string_view name) const;
};

// Adds to a kind what this level does not know (rules in CEL); version: its part of spec.versions.
using KindDecorator = std::function<void(KindInfo& kind, const json::Value& version)>;

// Makes the kinds of a definition object that validation has accepted and whose names are accepted. since: see above.
std::shared_ptr<const CustomDefinition> make_custom_definition(const ObjectPtr& object, const SchemaRegistry& schemas, int64_t since, const KindDecorator& decorate = {});

}  // namespace skiff::api
