#include "api/meta_text.h"

#include "api/json_scan.h"
#include "base/strings.h"

namespace skiff::api {

namespace {

const std::string kNoText;

const std::string* find_in(const Labels& labels, std::string_view key) {
    for (const auto& [name, value] : labels)
        if (name == key) return &value;
    return nullptr;
}

Labels short_ones(Labels annotations) {
    for (auto& [key, value] : annotations)
        if (value.size() > Meta::kAnnotationBytesMax) value = std::string();
    return annotations;
}

Labels read_labels(const json::Value& map) {
    Labels labels;
    labels.reserve(map.size());
    for (const auto& [key, value] : map.members()) labels.emplace_back(key, value.as_string());
    return labels;
}

Labels scan_labels(std::string_view text) {
    Labels labels;
    scan_members(text, [&](std::string_view key, std::string_view value) {
        bool escaped = key.find('\\') != std::string_view::npos;
        labels.emplace_back(escaped ? scan_string('"' + std::string(key) + '"') : std::string(key), scan_string(value));
    });
    return labels;
}

OwnerReference scan_owner(std::string_view text) {
    OwnerReference owner;
    scan_members(text, [&](std::string_view key, std::string_view value) {
        if (key == "apiVersion") owner.api_version = scan_string(value);
        else if (key == "kind") owner.kind = scan_string(value);
        else if (key == "name") owner.name = scan_string(value);
        else if (key == "uid") owner.uid = scan_string(value);
        else if (key == "controller") owner.controller = value == "true";
        else if (key == "blockOwnerDeletion") owner.block_owner_deletion = value == "true";
    });
    return owner;
}

OwnerReference read_owner(const json::Value& owner) {
    return {owner["apiVersion"].as_string(), owner["kind"].as_string(),        owner["name"].as_string(),
            owner["uid"].as_string(),        owner["controller"].as_bool(), owner["blockOwnerDeletion"].as_bool()};
}

}  // namespace

const std::string* Meta::find_label(std::string_view key) const { return find_in(labels, key); }

const std::string& Meta::label(std::string_view key) const {
    const std::string* found = find_in(labels, key);
    return found ? *found : kNoText;
}

const std::string& Meta::annotation(std::string_view key) const {
    const std::string* found = find_in(annotations, key);
    return found ? *found : kNoText;
}

const OwnerReference* Meta::controller() const {
    for (const auto& owner : owners)
        if (owner.controller) return &owner;
    return nullptr;
}

Meta Meta::from(const json::Value& object) {
    Meta meta;
    // One walk over the members instead of a search for each field.
    for (const auto& [key, value] : object["metadata"].members()) {
        if (key == "name") meta.name = value.as_string();
        else if (key == "namespace") meta.ns = value.as_string();
        else if (key == "uid") meta.uid = value.as_string();
        else if (key == "generateName") meta.generate_name = value.as_string();
        else if (key == "resourceVersion") meta.resource_version = parse_int(value.as_string()).value_or(0);
        else if (key == "generation") meta.generation = value.as_int();
        else if (key == "creationTimestamp") meta.creation_timestamp = value.as_string();
        else if (key == "deletionTimestamp") meta.deletion_timestamp = value.as_string();
        else if (key == "labels") meta.labels = read_labels(value);
        else if (key == "annotations") meta.annotations = short_ones(read_labels(value));
        else if (key == "ownerReferences")
            for (const auto& owner : value.items()) meta.owners.push_back(read_owner(owner));
        else if (key == "finalizers")
            for (const auto& finalizer : value.items()) meta.finalizers.push_back(finalizer.as_string());
    }
    return meta;
}

Meta meta_from_text(std::string_view metadata) {
    Meta meta;
    scan_members(metadata, [&](std::string_view key, std::string_view value) {
        if (key == "name") meta.name = scan_string(value);
        else if (key == "namespace") meta.ns = scan_string(value);
        else if (key == "uid") meta.uid = scan_string(value);
        else if (key == "generateName") meta.generate_name = scan_string(value);
        else if (key == "resourceVersion") meta.resource_version = parse_int(scan_string(value)).value_or(0);
        else if (key == "generation") meta.generation = parse_int(value).value_or(0);
        else if (key == "creationTimestamp") meta.creation_timestamp = scan_string(value);
        else if (key == "deletionTimestamp") meta.deletion_timestamp = scan_string(value);
        else if (key == "labels") meta.labels = scan_labels(value);
        else if (key == "annotations") meta.annotations = short_ones(scan_labels(value));
        else if (key == "ownerReferences") scan_items(value, [&](std::string_view owner) { meta.owners.push_back(scan_owner(owner)); });
        else if (key == "finalizers") scan_items(value, [&](std::string_view one) { meta.finalizers.push_back(scan_string(one)); });
    });
    return meta;
}

}  // namespace skiff::api
