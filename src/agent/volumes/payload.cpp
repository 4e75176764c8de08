#include "agent/volumes/payload.h"

#include <set>

#include "base/encoding.h"
#include "base/strings.h"

namespace skiff::agent::volumes {

bool safe_relative_path(const std::string& path) {
    if (path.empty() || path[0] == '/' || path.size() > 4096) return false;
    for (const auto part : split_views(path, '/'))
        if (part.empty() || part == "." || part == "..") return false;
    return true;
}

namespace {

Status put(Payload& payload, const std::string& path, std::string content, mode_t mode) {
    if (!safe_relative_path(path)) return error(Reason::BadRequest, "invalid path in volume: {}", path);
    payload[path] = {std::move(content), mode};
    return {};
}

mode_t mode_of(const json::Value& item, mode_t fallback) { return static_cast<mode_t>(item["mode"].as_int(fallback)); }

using Data = std::map<std::string, std::string>;

// All keys, or those of items under their paths.
Status add_keys(Payload& payload, const json::Value& source, const Data& data, mode_t default_mode, const char* what) {
    const bool optional = source["optional"].as_bool();
    if (source["items"].empty()) {
        for (const auto& [key, content] : data) TRY(put(payload, key, content, default_mode));
        return {};
    }
    for (const auto& item : source["items"].items()) {
        auto found = data.find(item["key"].as_string());
        if (found == data.end()) {
            if (optional) continue;
            return error(Reason::NotFound, "references non-existent {} key: {}", what, item["key"].as_string());
        }
        TRY(put(payload, item["path"].as_string(), found->second, mode_of(item, default_mode)));
    }
    return {};
}

Result<Data> decoded(const json::Value& map) {
    Data data;
    for (const auto& [key, value] : map.members()) {
        auto bytes = base64_decode(value.as_string());
        if (!bytes) return error(Reason::InternalError, "key {} is not base64", key);
        data[key] = std::move(*bytes);
    }
    return data;
}

}  // namespace

Status add_config_map(Payload& payload, const json::Value& source, const json::Value& object, mode_t default_mode) {
    if (object.is_null()) {
        if (source["optional"].as_bool()) return {};
        return error(Reason::NotFound, "configmap \"{}\" not found", source["name"].as_string());
    }
    Data data = TRY(decoded(object["binaryData"]));
    for (const auto& [key, value] : object["data"].members()) data[key] = value.as_string();
    return add_keys(payload, source, data, default_mode, "config");
}

Status add_secret(Payload& payload, const json::Value& source, const json::Value& object, mode_t default_mode) {
    const std::string& name = source.has("secretName") ? source["secretName"].as_string() : source["name"].as_string();
    if (object.is_null()) {
        if (source["optional"].as_bool()) return {};
        return error(Reason::NotFound, "secret \"{}\" not found", name);
    }
    const Data data = TRY(decoded(object["data"]));
    return add_keys(payload, source, data, default_mode, "secret");
}

Status add_downward(Payload& payload, const json::Value& source, const json::Value& pod, const DownwardFacts& facts, mode_t default_mode) {
    for (const auto& item : source["items"].items()) {
        const json::Value& field = item["fieldRef"];
        std::string content = field.is_object() ? TRY(field_value(pod, field["fieldPath"].as_string(), facts))
                                                : TRY(resource_value(pod, item["resourceFieldRef"], "", facts));
        TRY(put(payload, item["path"].as_string(), std::move(content), mode_of(item, default_mode)));
    }
    return {};
}

}  // namespace skiff::agent::volumes
