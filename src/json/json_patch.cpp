#include "json/json_patch.h"

#include <algorithm>

#include "base/strings.h"
#include "json/path.h"
#include "json/write.h"

namespace skiff::json {

namespace {

constexpr char kMissing[] = "missing value";
constexpr char kBadIndex[] = "invalid index referenced";

Status no_such_path(std::string_view op, std::string_view path, std::string_view why = kMissing) {
    return error(Reason::Invalid, "{} operation does not apply: doc is missing path: {}: {}", op, path, why);
}
Status no_such_key(std::string_view op, std::string_view path, std::string_view why = kMissing) {
    return error(Reason::Invalid, "{} operation does not apply: doc is missing key: {}: {}", op, path, why);
}

// An array index as the library reads it: negative ones count from the end. -1 when it is none within [0, limit).
int64_t array_index(const std::string& token, size_t limit) {
    auto index = parse_int(token);
    if (!index) return -1;
    auto bound = static_cast<int64_t>(limit);
    if (*index < 0) *index += bound;
    return *index >= 0 && *index < bound ? *index : -1;
}

Value* child(Value* parent, const std::string& token) {
    if (parent->is_object()) return parent->find(token);
    if (!parent->is_array()) return nullptr;
    int64_t index = array_index(token, parent->size());
    return index < 0 ? nullptr : &parent->mut_items()[static_cast<size_t>(index)];
}

struct Target {
    Value* parent = nullptr;   // null: path does not lead anywhere
    std::string key;
};

Target find_target(Value& document, const std::vector<std::string>& tokens) {
    Target target{&document, tokens.back()};
    for (size_t i = 0; i + 1 < tokens.size() && target.parent; ++i) target.parent = child(target.parent, tokens[i]);
    if (target.parent && !target.parent->is_object() && !target.parent->is_array()) target.parent = nullptr;
    return target;
}

// Copies of small values cost more than their bytes.
constexpr size_t kCopiedValuesMax = 100'000;

size_t values_in(const Value& value) {
    size_t values = 1;
    for (const auto& item : value.items()) values += values_in(item);
    for (const auto& member : value.members()) values += values_in(member.value);
    return values;
}

class Patcher {
public:
    Patcher(Value& document, const PatchLimits& limits) : document_(document), limits_(limits) {}

    Status apply(const Value& operation) {
        const Value& op = operation["op"];
        const Value& path = operation["path"];
        if (!op.is_string()) return error(Reason::BadRequest, "missing \"op\" in JSON patch operation");
        if (!path.is_string()) return error(Reason::BadRequest, "missing \"path\" in JSON patch operation");
        const std::string& name = op.as_string();
        if ((name == "add" || name == "replace") && !operation.has("value"))
            return error(Reason::BadRequest, "{} operation missing \"value\" field", name);
        if (name == "add") return add(name, path.as_string(), operation["value"]);
        if (name == "remove") return remove(name, path.as_string());
        if (name == "replace") return replace(path.as_string(), operation["value"]);
        if (name == "test") return test(path.as_string(), operation["value"]);
        if (name != "move" && name != "copy") return error(Reason::BadRequest, "Unexpected kind: {}", name);
        if (!operation["from"].is_string()) return error(Reason::BadRequest, "{} operation missing \"from\" field", name);
        return transfer(name, operation["from"].as_string(), path.as_string());
    }

private:
    Status add(std::string_view op, const std::string& path, Value value) {
        auto tokens = TRY(parse_pointer(path));
        if (tokens.empty()) {
            document_ = std::move(value);
            return {};
        }
        Target target = find_target(document_, tokens);
        if (!target.parent) return no_such_path(op, path);
        if (target.parent->is_object()) {
            target.parent->set(target.key, std::move(value));
            return {};
        }
        auto& items = target.parent->mut_items();
        if (target.key == "-") {
            items.push_back(std::move(value));
            return {};
        }
        int64_t index = array_index(target.key, items.size() + 1);
        if (index < 0) return error(Reason::Invalid, "{} operation does not apply: doc is missing path: {}: {}", op, path, kBadIndex);
        items.insert(items.begin() + index, std::move(value));
        return {};
    }

    Status remove(std::string_view op, const std::string& path) {
        auto tokens = TRY(parse_pointer(path));
        if (tokens.empty()) return no_such_path(op, path);
        Target target = find_target(document_, tokens);
        if (!target.parent) return no_such_path(op, path);
        if (target.parent->is_object()) {
            if (!target.parent->erase(target.key)) return no_such_key(op, path, fmt::format("unable to remove nonexistent key: {}: {}", target.key, kMissing));
            return {};
        }
        auto& items = target.parent->mut_items();
        int64_t index = array_index(target.key, items.size());
        if (index < 0) return no_such_key(op, path, fmt::format("unable to access invalid index: {}: {}", target.key, kBadIndex));
        items.erase(items.begin() + index);
        return {};
    }

    Status replace(const std::string& path, const Value& value) {
        auto tokens = TRY(parse_pointer(path));
        if (tokens.empty()) {
            document_ = value;
            return {};
        }
        Target target = find_target(document_, tokens);
        if (!target.parent) return no_such_path("replace", path);
        Value* slot = child(target.parent, target.key);
        if (!slot && limits_.replace_adds && target.parent->is_object()) return add("add", path, value);
        if (!slot) return no_such_key("replace", path);
        *slot = value;
        return {};
    }

    Status test(const std::string& path, const Value& value) {
        auto tokens = TRY(parse_pointer(path));
        const Value* found = &document_;
        if (!tokens.empty()) {
            Target target = find_target(document_, tokens);
            if (!target.parent) return no_such_path("test", path);
            found = child(target.parent, target.key);
        }
        // An absent member equals null, as the library has it.
        if (found ? *found == value : value.is_null()) return {};
        return error(Reason::Invalid, "testing value {} failed: test failed", path);
    }

    Status transfer(std::string_view op, const std::string& from, const std::string& path) {
        auto tokens = TRY(parse_pointer(from));
        const Value* found = &document_;
        if (!tokens.empty()) {
            Target target = find_target(document_, tokens);
            if (!target.parent) return no_such_path(op, from);
            found = child(target.parent, target.key);
            if (!found) return no_such_key(op, from);
        }
        if (op == "copy") TRY(count_copy(*found));
        Value value = *found;
        if (op == "move") {
            // A value cannot move into itself.
            if (path.size() > from.size() && path.compare(0, from.size(), from) == 0 && path[from.size()] == '/') return no_such_path(op, path);
            TRY(remove(op, from));
        }
        return add(op, path, std::move(value));
    }

    Status count_copy(const Value& value) {
        copied_values_ += values_in(value);
        if (copied_values_ <= kCopiedValuesMax) copied_bytes_ += write(value).size();
        if (copied_values_ <= kCopiedValuesMax && copied_bytes_ <= limits_.copied_bytes_max) return {};
        return error(Reason::RequestEntityTooLarge, "Unable to complete the copy, the accumulated size increase of copy is {}, exceeding the limit {}",
                     std::max(copied_bytes_, limits_.copied_bytes_max + 1), limits_.copied_bytes_max);
    }

    Value& document_;
    const PatchLimits& limits_;
    size_t copied_bytes_ = 0, copied_values_ = 0;
};

}  // namespace

Status json_patch(Value& document, const Value& patch, const PatchLimits& limits) {
    if (!patch.is_array()) return error(Reason::BadRequest, "json: cannot unmarshal object into Go value of type jsonpatch.Patch");
    if (patch.size() > limits.operations_max)
        return error(Reason::RequestEntityTooLarge, "The allowed maximum operations in a JSON patch is {}, got {}", limits.operations_max, patch.size());
    Patcher patcher(document, limits);
    for (const auto& operation : patch.items()) TRY(patcher.apply(operation));
    return {};
}

}  // namespace skiff::json
