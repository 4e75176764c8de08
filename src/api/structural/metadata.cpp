#include <algorithm>

#include "api/structural/prune.h"

namespace skiff::api::structural {
namespace {

using json::Value;

// "ObjectMeta.labels" and "metadata.name" say the same; Go's decoder names the struct.
Status coerce_one(Value& object, const TypeSchema& object_meta, DropInvalid drop, const std::string& path, StrictProblems* strict) {
    Value* metadata = object.find("metadata");
    if (!metadata) return {};
    if (metadata->is_null()) {
        object.erase("metadata");
        return {};
    }
    StrictProblems problems;
    Value tree = *metadata;
    Status status = normalize(object_meta, tree, strict ? &problems : nullptr);
    if (!status.ok() && drop == DropInvalid::Yes) {
        // Member by member: what cannot be read goes.
        tree = Value::object();
        for (const auto& [key, item] : metadata->members()) {
            Value one = Value::object({{key, item}});
            if (normalize(object_meta, one).ok() && one.has(key)) tree.set(key, one[key]);
        }
        status = {};
    }
    TRY(std::move(status));
    if (tree["creationTimestamp"].is_null()) tree.erase("creationTimestamp");
    for (std::string& problem : problems) {
        // unknown field "x" -> unknown field "spec.metadata.x"
        size_t quote = problem.find('"');
        if (quote != std::string::npos) problem.insert(quote + 1, path + "metadata.");
        if (strict->size() < 100) strict->push_back(std::move(problem));
    }
    *metadata = std::move(tree);
    return {};
}

enum class Place { Root, Below };

Status visit(Value& value, const Schema& schema, const TypeSchema& object_meta, DropInvalid drop, const std::string& path, StrictProblems* strict, Place place) {
    if (value.is_array() && schema.items) {
        json::Array& items = value.mut_items();
        for (size_t i = 0; i < items.size(); ++i) TRY(visit(items[i], *schema.items, object_meta, drop, fmt::format("{}[{}]", path, i), strict, Place::Below));
        return {};
    }
    if (!value.is_object()) return {};
    std::string prefix = path.empty() ? "" : path + ".";
    if (schema.embedded_resource && place == Place::Below) TRY(coerce_one(value, object_meta, drop, prefix, strict));
    for (json::Member& member : value.mut_members()) {
        const Schema* below = schema.property(member.key);
        if (!below) below = schema.additional.get();
        if (below) TRY(visit(member.value, *below, object_meta, drop, prefix + member.key, strict, Place::Below));
    }
    return {};
}

}  // namespace

Status coerce_metadata(Value& object, const TypeSchema& object_meta, DropInvalid drop, StrictProblems* strict) {
    return coerce_one(object, object_meta, drop, "", strict);
}

Status coerce_embedded(Value& object, const Schema& schema, const TypeSchema& object_meta, DropInvalid drop, StrictProblems* strict) {
    return visit(object, schema, object_meta, drop, "", strict, Place::Root);
}

}  // namespace skiff::api::structural
