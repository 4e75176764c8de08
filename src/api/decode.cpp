#include "api/decode.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "api/go_text.h"
#include "api/protobuf_wire.h"
#include "api/scalar_form.h"
#include "base/encoding.h"
#include "base/strings.h"
#include "base/text_map.h"
#include "json/parse.h"
#include "json/write.h"

namespace skiff::api {

namespace {

using Kind = ValueSchema::Kind;
constexpr size_t kProblemsMax = 100;
constexpr uint16_t kNowhere = 0xffff;

// Where the walk is; texts are made only when there is something to report.
struct Frame {
    const Frame* parent = nullptr;
    const std::string* name = nullptr;    // a field or a map key
    size_t index = 0;                     // an element of a list, when name is null
    const TypeSchema* type = nullptr;     // the struct that has the field; null for map keys
};

std::string strict_path(const Frame* frame) {
    if (!frame || !frame->parent) return {};
    std::string path = strict_path(frame->parent);
    if (!frame->name) return path + fmt::format("[{}]", frame->index);
    if (!path.empty()) path += '.';
    return path + *frame->name;
}

// Go's decoder names struct fields only: no indexes and no map keys.
std::string go_path(const Frame* frame) {
    if (!frame || !frame->parent) return {};
    std::string path = go_path(frame->parent);
    if (!frame->type) return path;
    if (!path.empty()) path += '.';
    return path + *frame->name;
}

// What Go's conversion of unstructured values says of a value that does not fit (apimachinery/pkg/runtime/converter.go).
std::string conversion_problem(const ValueSchema& schema, const std::string& go_type, const json::Value& tree) {
    const bool whole = tree.type() == json::Type::Int, text = tree.is_string();
    std::string_view go = whole ? "int64" : tree.type() == json::Type::Double ? "float64" : text ? "string" : tree.is_bool() ? "bool" : tree.is_array() ? "slice" : "map";
    switch (schema.kind) {
        case Kind::Object: return fmt::format("cannot restore struct from: {}", go);
        case Kind::Map: return fmt::format("cannot restore map from {}", go);
        case Kind::Bytes:
        case Kind::List: return fmt::format("cannot restore slice from {}", go);
        case Kind::Bool: return "unrecognized type: bool";
        case Kind::String: return whole ? "cannot convert int64 to " + go_type_of(schema, go_type) : "unrecognized type: string";
        case Kind::Int32:
        case Kind::Int64:
        case Kind::Double: {
            std::string_view wanted = schema.kind == Kind::Int32 ? "int32" : schema.kind == Kind::Int64 ? "int64" : "float64";
            return tree.is_number() ? fmt::format("cannot convert {} to {}", go, wanted) : fmt::format("unrecognized type: {}", wanted);
        }
        default: return fmt::format("json: cannot unmarshal {} into Go value of type {}", go_json_kind(tree), go_type_of(schema, go_type));
    }
}

class Normalizer {
public:
    Normalizer(StrictProblems* strict, Reader reader, bool keeps_empty) : strict_(strict), converts_(reader == Reader::Converter), keeps_empty_(keeps_empty) {}

    Status run(const TypeSchema& schema, json::Value& tree) {
        Frame root;
        if (!tree.is_object()) {
            if (!tree.is_null())
                return error(Reason::BadRequest, "json: cannot unmarshal {} into Go value of type v1.{}", go_json_kind(tree), schema.short_name());
            tree = json::Value::object();
        }
        object(schema, tree, root);
        return std::move(first_error_);
    }

private:
    void object(const TypeSchema& schema, json::Value& tree, const Frame& frame) {
        auto& members = tree.mut_members();
        const auto& fields = schema.fields();
        std::vector<uint16_t> slots(fields.size(), kNowhere);
        size_t kept = 0;
        bool unknown = false;
        std::vector<bool> seen(strict_ ? fields.size() : 0);
        for (size_t i = 0; i < members.size(); ++i) {
            const Field* field = schema.find(members[i].key);
            if (!field) {
                if (!schema.preserve_unknown()) report("unknown", members[i].key, frame);
                unknown = true;
                continue;
            }
            if (strict_) {
                auto at = static_cast<size_t>(field - fields.data());
                if (seen[at]) report("duplicate", members[i].key, frame);
                seen[at] = true;
            }
            if (members[i].value.is_null()) continue;
            Frame below{&frame, &field->name, 0, &schema};
            if (field->go_type == kSchemaOrBool || field->go_type == kSchemaOrArray) schema_or(schema, *field, members[i].value, below);
            else value(field->value, field->go_type, members[i].value, below);
            if (members[i].value.is_null()) continue;
            if (!field->pointer && is_zero(field->value.kind, members[i].value) && !stays_empty(*field)) continue;
            uint16_t& slot = slots[static_cast<size_t>(field - fields.data())];
            if (slot == kNowhere) ++kept;
            slot = static_cast<uint16_t>(i);
        }
        rebuild(schema, members, slots, kept, unknown && schema.preserve_unknown(), frame);
    }

    // [] of a list that is null when there is none: managers are told of it.
    bool stays_empty(const Field& field) const { return keeps_empty_ && field.value.kind == Kind::List && field.always && field.absent.is_null(); }

    // A field of JSONSchemaProps that is a schema, several, or a boolean. Kubernetes reads it with code of its own, which knows no strictness.
    void schema_or(const TypeSchema& schema, const Field& field, json::Value& tree, const Frame& frame) {
        StrictProblems* strict = std::exchange(strict_, nullptr);
        if (tree.is_object()) {
            object(schema, tree, frame);
        } else if (field.go_type == kSchemaOrBool) {
            if (!tree.is_bool() && first_error_.ok()) first_error_ = Status(Reason::BadRequest, "boolean or JSON schema expected");
        } else if (tree.is_array()) {
            for (auto& item : tree.mut_items())
                if (item.is_object()) object(schema, item, frame);
        } else {
            tree = json::Value();
        }
        strict_ = strict;
    }

    // The members in the order of the table, with what is always written.
    void rebuild(const TypeSchema& schema, json::Object& members, const std::vector<uint16_t>& slots, size_t kept, bool keep_unknown,
                 const Frame& frame) {
        const auto& fields = schema.fields();
        json::Object ordered;
        ordered.reserve(kept + 4);
        for (size_t f = 0; f < fields.size(); ++f) {
            if (slots[f] != kNowhere) {
                ordered.push_back(std::move(members[slots[f]]));
            } else if (fields[f].always) {
                ordered.push_back({fields[f].name, fields[f].absent});
                if (fields[f].absent.is_object()) {
                    Frame below{&frame, &fields[f].name, 0, &schema};
                    object(*fields[f].value.object, ordered.back().value, below);
                }
            }
        }
        if (keep_unknown)
            for (auto& member : members)
                if (!schema.find(member.key)) ordered.push_back(std::move(member));
        members = std::move(ordered);
    }

    void value(const ValueSchema& schema, const std::string& go_type, json::Value& tree, const Frame& frame) {
        switch (schema.kind) {
            case Kind::Any: return any(tree, frame);
            case Kind::Object:
                if (!tree.is_object()) return report_mismatch(schema, go_type, std::string(go_json_kind(tree)), frame, &tree);
                return object(*schema.object, tree, frame);
            case Kind::List: return list(schema, go_type, tree, frame);
            case Kind::Map: return map(schema, go_type, tree, frame);
            default: break;
        }
        if (schema.kind == Kind::Bytes && tree.is_array()) return byte_list(tree, frame);
        if (converts_ && schema.kind == Kind::Int32 && tree.type() == json::Type::Int) tree = static_cast<int64_t>(static_cast<int32_t>(tree.as_int()));
        ScalarResult result = normalize_scalar(schema.kind, tree);
        if (result.error == ScalarError::Mismatch) report_mismatch(schema, go_type, result.text, frame, &tree);
        if (result.error != ScalarError::Custom) return;
        // Values that read themselves end Go's reading: what did not fit before is forgotten.
        const bool ends = !converts_ && schema.kind != Kind::Bytes && !std::exchange(ended_, true);
        if (ends || first_error_.ok())
            first_error_ = Status(Reason::BadRequest, (converts_ && schema.kind == Kind::Bytes ? "error decoding from json: " : "") + std::move(result.text));
    }

    // Go reads a list of numbers into bytes as well.
    void byte_list(json::Value& tree, const Frame& frame) {
        ValueSchema byte;
        byte.kind = Kind::Int32;
        std::string bytes;
        for (const json::Value& item : tree.items()) {
            const bool is_byte = item.is_int() && item.as_int() >= 0 && item.as_int() <= UINT8_MAX;
            if (!is_byte && !item.is_null()) return report_mismatch(byte, "uint8", std::string(go_json_kind(item)) + (item.is_number() ? " " + json::write(item) : ""), frame, &item);
            bytes += static_cast<char>(item.as_int());
        }
        tree = base64_encode(bytes);
    }

    void list(const ValueSchema& schema, const std::string& go_type, json::Value& tree, const Frame& frame) {
        if (!tree.is_array()) return report_mismatch(schema, go_type, std::string(go_json_kind(tree)), frame, &tree);
        auto& items = tree.mut_items();
        for (size_t i = 0; i < items.size(); ++i) {
            if (items[i].is_null()) items[i] = zero_value(schema.element->kind);
            Frame below{&frame, nullptr, i, nullptr};
            value(*schema.element, go_type, items[i], below);
        }
    }

    void map(const ValueSchema& schema, const std::string& go_type, json::Value& tree, const Frame& frame) {
        if (!tree.is_object()) return report_mismatch(schema, go_type, std::string(go_json_kind(tree)), frame, &tree);
        drop_repeated(tree.mut_members(), frame);
        for (auto& member : tree.mut_members()) {
            if (member.value.is_null()) member.value = zero_value(schema.element->kind);
            if (member.value.is_null()) continue;
            Frame below{&frame, &member.key, 0, nullptr};
            value(*schema.element, go_type, member.value, below);
        }
        // Go prints a map by its keys, in answers and wherever a value is quoted.
        json::Object& members = tree.mut_members();
        auto by_key = [](const json::Member& a, const json::Member& b) { return a.key < b.key; };
        if (std::is_sorted(members.begin(), members.end(), by_key)) return;
        std::vector<size_t> order(members.size());
        std::iota(order.begin(), order.end(), size_t{0});
        std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return by_key(members[a], members[b]); });
        json::Object sorted;   // each member is moved once, not at every step of the sorting
        sorted.reserve(members.size());
        for (const size_t place : order) sorted.push_back(std::move(members[place]));
        members = std::move(sorted);
    }

    // What has no schema is looked at for repeated members only.
    void any(json::Value& tree, const Frame& frame) {
        if (!strict_) return;
        if (tree.is_object()) {
            drop_repeated(tree.mut_members(), frame);
            for (auto& member : tree.mut_members()) {
                Frame below{&frame, &member.key, 0, nullptr};
                any(member.value, below);
            }
        } else if (tree.is_array()) {
            for (size_t i = 0; i < tree.size(); ++i) {
                Frame below{&frame, nullptr, i, nullptr};
                any(tree.mut_items()[i], below);
            }
        }
    }

    // A repeated key keeps its first place and its last value. Only a strict reading has any left.
    void drop_repeated(json::Object& members, const Frame& frame) {
        auto falls = [](const json::Member& a, const json::Member& b) { return a.key >= b.key; };
        if (!strict_ || std::adjacent_find(members.begin(), members.end(), falls) == members.end()) return;
        TextViewMap<size_t> places;
        std::vector<bool> drop(members.size());
        bool any_dropped = false;
        for (size_t i = 0; i < members.size(); ++i) {
            auto [place, added] = places.emplace(members[i].key, i);
            if (added) continue;
            report("duplicate", members[i].key, frame);
            members[place->second].value = std::move(members[i].value);
            drop[i] = any_dropped = true;
        }
        if (!any_dropped) return;
        json::Object kept;
        for (size_t i = 0; i < members.size(); ++i)
            if (!drop[i]) kept.push_back(std::move(members[i]));
        members = std::move(kept);
    }

    void report(std::string_view what, const std::string& key, const Frame& frame) {
        if (!strict_ || strict_->size() >= kProblemsMax) return;
        std::string path = strict_path(&frame);
        if (!path.empty()) path += '.';
        std::string text = fmt::format("{} field \"{}{}\"", what, path, key);
        if (std::find(strict_->begin(), strict_->end(), text) == strict_->end()) strict_->push_back(std::move(text));
    }

    // Go remembers the first type error and decodes the rest.
    void report_mismatch(const ValueSchema& schema, const std::string& go_type, const std::string& found, const Frame& frame, const json::Value* tree) {
        if (!first_error_.ok()) return;
        if (converts_) {
            first_error_ = Status(Reason::BadRequest, conversion_problem(schema, go_type, *tree));
            return;
        }
        const Frame* field = &frame;
        while (field->parent && !field->type) field = field->parent;
        std::string_view owner = field->type ? field->type->short_name() : std::string_view();
        first_error_ = error(Reason::BadRequest, "json: cannot unmarshal {} into Go struct field {}.{} of type {}", found, owner, go_path(&frame),
                             go_type_of(schema, go_type));
    }

    StrictProblems* strict_;
    bool converts_;
    bool keeps_empty_;
    Status first_error_;
    bool ended_ = false;   // first_error_ is of a value that read itself
};

bool has_empty_list(const json::Value& tree) {
    if (tree.is_array()) return tree.size() == 0 || std::any_of(tree.items().begin(), tree.items().end(), has_empty_list);
    return tree.is_object() && std::any_of(tree.members().begin(), tree.members().end(), [](const json::Member& member) { return has_empty_list(member.value); });
}

// "{\"kind\":\"ConfigMap\",\"apiVersion ..." as Kubernetes quotes a body it cannot read.
std::string excerpt(std::string_view bytes) {
    if (bytes.empty()) return "<empty>";
    constexpr size_t kShown = 30;
    bool text = true;
    for (char c : bytes.substr(0, kShown)) text &= static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t' || c == '\r';
    std::string shown(bytes.substr(0, kShown));
    if (!text || (!bytes.empty() && bytes[0] != '{')) {
        shown.clear();
        for (char c : bytes.substr(0, kShown)) shown += fmt::format("{:02x}", static_cast<unsigned char>(c));
    }
    if (bytes.size() > kShown) shown += " ...";
    return shown;
}

}  // namespace

Status unrecognized(const Gvk& gvk, const Status& why, std::string_view bytes) {
    return error(Reason::BadRequest, "the object provided is unrecognized (must be of type {}): {} ({})", gvk.kind, why.message(), excerpt(bytes));
}

std::string_view yaml_problem(const Status& why) {
    std::string_view text = why.message();
    constexpr std::string_view kPrefix = "error converting YAML to JSON: ";
    if (text.starts_with(kPrefix)) text.remove_prefix(kPrefix.size());
    return text;
}

Status unreadable_yaml(const Gvk& gvk, const Status& why, std::string_view bytes) { return unrecognized(gvk, error(Reason::BadRequest, "{}", yaml_problem(why)), bytes); }

Status no_type_of(const json::Value& tree) {
    constexpr std::string_view kWhat = "couldn't get version/kind; json parse error: json: cannot unmarshal";
    if (!tree.is_object() && !tree.is_null())
        return error(Reason::BadRequest, "{} {} into Go value of type struct {{ APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }}", kWhat,
                     go_json_kind(tree));
    for (const auto& [key, value] : tree.members())
        if ((key == "apiVersion" || key == "kind") && !value.is_string() && !value.is_null())
            return error(Reason::BadRequest, "{} {} into Go struct field .{} of type string", kWhat, go_json_kind(value), key);
    return {};
}

Status check_typed(const Gvk& gvk, const json::Value& tree, std::string_view bytes) {
    Status status = no_type_of(tree);
    return status.ok() ? status : unrecognized(gvk, status, bytes);
}

Status normalize(const TypeSchema& schema, json::Value& tree, StrictProblems* strict, Reader reader) { return Normalizer(strict, reader, true).run(schema, tree); }

Status normalize_kind(const KindInfo& kind, json::Value& tree, StrictProblems* strict, Reader reader) {
    return kind.hooks.normalize ? kind.hooks.normalize(tree, strict) : normalize(*kind.schema, tree, strict, reader);
}

void drop_empty_lists(const KindInfo& kind, json::Value& object) {
    if (!kind.custom && kind.schema && has_empty_list(object)) (void)Normalizer(nullptr, Reader::Decoder, false).run(*kind.schema, object);
}

Result<json::Value> decode_tree(const Gvk& gvk, const TypeSchema& schema, json::Value tree, StrictProblems* strict) {
    auto given = [&tree](const char* key, std::string wanted) { return tree[key].empty() ? wanted : tree[key].as_string(wanted); };
    std::string version = GroupVersion::parse(given("apiVersion", gvk.api_version())).version;
    std::string kind = given("kind", gvk.kind);
    Status status = normalize(schema, tree, strict);
    if (!status.ok()) return cannot_handle({gvk.group, version, kind}, status);
    // The table puts kind and apiVersion first, so absent ones are put in front.
    auto& members = tree.mut_members();
    if (!tree.has("apiVersion")) members.insert(members.begin() + (tree.has("kind") ? 1 : 0), {"apiVersion", gvk.api_version()});
    if (!tree.has("kind")) members.insert(members.begin(), {"kind", gvk.kind});
    return tree;
}

Result<json::Value> decode_json(const Gvk& gvk, const TypeSchema& schema, std::string_view bytes, StrictProblems* strict) {
    json::ParseOptions options;
    options.keep_duplicates = strict != nullptr;
    auto tree = json::parse(bytes, options);
    if (!tree.ok()) return unrecognized(gvk, error(Reason::BadRequest, "couldn't get version/kind; json parse error: {}", without_offset(tree.status())), bytes);
    TRY(check_typed(gvk, *tree, bytes));
    return decode_tree(gvk, schema, std::move(tree).value(), strict);
}

std::string strict_text(const StrictProblems& problems) { return "strict decoding error: " + join(problems, ", "); }

Status cannot_handle(const Gvk& gvk, const Status& why) {
    return error(Reason::BadRequest, "{} in version \"{}\" cannot be handled as a {}: {}", gvk.kind, gvk.version, gvk.kind, why.message());
}

Status strict_error(const Gvk& gvk, const StrictProblems& problems) {
    return cannot_handle(gvk, Status(Reason::BadRequest, strict_text(problems)));
}

}  // namespace skiff::api
