#include "json/json_patch.h"

#include <algorithm>

#include "base/strings.h"
#include "json/write.h"

namespace skiff::json {

namespace {

constexpr char kMissing[] = "missing value";
constexpr char kBadIndex[] = "invalid index referenced";

template <typename... Args>
Status wrong(fmt::format_string<Args...> text, Args&&... args) {
    return Status(Reason::Invalid, fmt::format(text, std::forward<Args>(args)...));
}

// An array index as the library reads it: negative ones count from the end.
Result<size_t> array_index(const std::string& token, size_t limit) {
    auto index = parse_int(token);
    if (!index) return wrong("strconv.Atoi: parsing \"{}\": invalid syntax", token);
    auto bound = static_cast<int64_t>(limit);
    int64_t at = *index < 0 ? *index + bound : *index;
    if (at < 0 || at >= bound) return wrong("Unable to access invalid index: {}: {}", *index, kBadIndex);
    return static_cast<size_t>(at);
}

Value* child(Value* parent, const std::string& token) {
    if (parent->is_object()) return parent->find(token);
    if (!parent->is_array()) return nullptr;
    auto index = array_index(token, parent->size());
    return index.ok() ? &parent->mut_items()[*index] : nullptr;
}

struct Target {
    Value* parent = nullptr;   // null: path does not lead anywhere
    std::string key;
};

std::string decode_key(std::string_view part) {
    std::string out;
    for (size_t i = 0; i < part.size(); ++i) {
        bool escape = part[i] == '~' && i + 1 < part.size() && (part[i + 1] == '0' || part[i + 1] == '1');
        out += escape ? (part[++i] == '0' ? '~' : '/') : part[i];
    }
    return out;
}

// Copies of small values cost more than their bytes.
constexpr size_t kCopiedValuesMax = 100'000;
// Members that are looked at and items that are shifted, by all operations together: ten thousand of them at the front of a long list would take seconds.
constexpr size_t kStepsMax = 15'000'000;
constexpr size_t kShiftSteps = 20;   // that it takes to move a value by one place

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
        if (steps_ > kStepsMax) return error(Reason::RequestEntityTooLarge, "The JSON patch takes more than {} steps", kStepsMax);
        const std::string& name = operation["op"].as_string();
        static constexpr std::string_view kKinds[] = {"add", "remove", "replace", "test", "move", "copy"};
        if (std::find(std::begin(kKinds), std::end(kKinds), name) == std::end(kKinds)) return wrong("Unexpected kind: {}", operation["op"].is_string() ? name : "unknown");
        if (!operation["path"].is_string()) {
            bool short_form = name == "add" || name == "remove" || name == "copy";
            return wrong("{} operation failed to decode path: {}{}", name, short_form ? "" : "operation missing path field: ", kMissing);
        }
        const std::string& path = operation["path"].as_string();
        if (name == "add") return add(path, operation["value"]);
        if (name == "remove") return remove(path);
        if (name == "replace") return replace(path, operation["value"]);
        if (name == "test") return test(path, operation["value"]);
        if (!operation["from"].is_string()) return wrong("{} operation failed to decode from: operation, missing from field: {}", name, kMissing);
        return name == "copy" ? copy(operation["from"].as_string(), path) : move(operation["from"].as_string(), path);
    }

private:
    // What stands before the first slash does not count, as the library has it.
    Target find_target(std::string_view path) {
        size_t slash = path.find('/');
        if (slash == path.npos) return {};
        Value* at = &document_;
        for (;;) {
            size_t next = path.find('/', slash + 1);
            std::string key = decode_key(path.substr(slash + 1, next == path.npos ? next : next - slash - 1));
            if (at->is_object()) steps_ += at->size();
            if (next == path.npos) return {at, std::move(key)};
            at = child(at, key);
            if (!at || (!at->is_object() && !at->is_array())) return {};
            slash = next;
        }
    }

    Status put(const Target& target, Value value) {
        if (target.parent->is_object()) {
            target.parent->set(target.key, std::move(value));
            return {};
        }
        auto& items = target.parent->mut_items();
        size_t index = items.size();
        if (target.key != "-") {
            if (!parse_int(target.key)) return wrong("value was not a proper array index: '{0}': strconv.Atoi: parsing \"{0}\": invalid syntax", target.key);
            index = TRY(array_index(target.key, items.size() + 1));
        }
        steps_ += (items.size() - index) * kShiftSteps;
        items.insert(items.begin() + static_cast<ptrdiff_t>(index), std::move(value));
        return {};
    }

    Result<Value> take(const Target& target) {
        Value out;
        if (target.parent->is_object()) {
            Value* found = target.parent->find(target.key);
            if (!found) return wrong("Unable to remove nonexistent key: {}: {}", target.key, kMissing);
            out = std::move(*found);
            steps_ += target.parent->size() * kShiftSteps;
            target.parent->erase(target.key);
            return out;
        }
        auto& items = target.parent->mut_items();
        auto at = items.begin() + static_cast<ptrdiff_t>(TRY(array_index(target.key, items.size())));
        out = std::move(*at);
        steps_ += static_cast<size_t>(items.end() - at) * kShiftSteps;
        items.erase(at);
        return out;
    }

    // A member that is not there is null; an element that is not there is a mistake.
    static Result<const Value*> read(const Target& target) {
        static const Value kNull;
        if (target.parent->is_array()) return &target.parent->items()[TRY(array_index(target.key, target.parent->size()))];
        const Value* found = target.parent->find(target.key);
        return found ? found : &kNull;
    }

    Status add(const std::string& path, const Value& value) {
        Target target = find_target(path);
        if (!target.parent) return wrong("add operation does not apply: doc is missing path: \"{}\": {}", path, kMissing);
        Status status = put(target, value);
        return status.ok() ? status : wrong("error in add for path: '{}': {}", path, status.message());
    }

    Status remove(const std::string& path) {
        Target target = find_target(path);
        if (!target.parent) return wrong("remove operation does not apply: doc is missing path: \"{}\": {}", path, kMissing);
        auto taken = take(target);
        return taken.ok() ? Status() : wrong("error in remove for path: '{}': {}", path, taken.status().message());
    }

    // Of an object, also what is not there yet.
    Status replace(const std::string& path, const Value& value) {
        if (path.empty()) {
            if (!value.is_object() && !value.is_array()) return wrong("replace operation value must be object or array");
            document_ = value;
            return {};
        }
        Target target = find_target(path);
        if (!target.parent) return wrong("replace operation does not apply: doc is missing path: {}: {}", path, kMissing);
        if (target.parent->is_object()) {
            target.parent->set(target.key, value);
            return {};
        }
        Value* slot = child(target.parent, target.key);
        if (!slot) return wrong("replace operation does not apply: doc is missing key: {}: {}", path, kMissing);
        *slot = value;
        return {};
    }

    Status test(const std::string& path, const Value& value) {
        const Value* found = &document_;
        if (!path.empty()) {
            Target target = find_target(path);
            if (!target.parent) return wrong("test operation does not apply: is missing path: {}: {}", path, kMissing);
            auto held = read(target);
            if (!held.ok()) return wrong("error in test for path: '{}': {}", path, held.status().message());
            found = *held;
        }
        if (*found == value) return {};
        return wrong("testing value {} failed: test failed", path);
    }

    Status move(const std::string& from, const std::string& path) {
        Target target = find_target(from);
        if (!target.parent) return wrong("move operation does not apply: doc is missing from path: {}: {}", from, kMissing);
        auto value = take(target);
        if (!value.ok()) return wrong("error in move for path: '{}': {}", target.key, value.status().message());
        target = find_target(path);
        if (!target.parent) return wrong("move operation does not apply: doc is missing destination path: {}: {}", path, kMissing);
        Status status = put(target, std::move(*value));
        return status.ok() ? status : wrong("error in move for path: '{}': {}", path, status.message());
    }

    Status copy(const std::string& from, const std::string& path) {
        Target target = find_target(from);
        if (!target.parent) return wrong("copy operation does not apply: doc is missing from path: {}: {}", from, kMissing);
        auto value = read(target);
        if (!value.ok()) return wrong("error in copy for from: '{}': {}", from, value.status().message());
        target = find_target(path);
        if (!target.parent) return wrong("copy operation does not apply: doc is missing destination path: {}: {}", path, kMissing);
        TRY(count_copy(**value));
        Status status = put(target, **value);
        return status.ok() ? status : wrong("error while adding value during copy: {}", status.message());
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
    size_t copied_bytes_ = 0, copied_values_ = 0, steps_ = 0;
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
