// x-kubernetes-validations: the rules of a custom kind in CEL, compiled with its kinds and run after the schema has accepted an object.
// Immutable once compiled; any thread.
#pragma once

#include "api/kind.h"

namespace skiff::apiserver {

// A KindDecorator (api/custom_resource.h): adds the rules to the kind's hooks.
void add_rules(api::KindInfo& kind, const json::Value& version);

// What is wrong with the rules of a CustomResourceDefinition: syntax, types, estimated cost.
void check_rules(const json::Value& definition, api::FieldErrors& errors);

}  // namespace skiff::apiserver
