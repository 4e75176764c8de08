// Equality of Values, their names and their text in messages.
#include <cmath>

#include "api/timestamp.h"
#include "base/text_map.h"
#include "cel/nodes.h"
#include "cel/times.h"
#include "cel/value.h"
#include "json/member_index.h"
#include "json/number_text.h"

namespace skiff::cel {
namespace {

bool numeric(const Value& value) { return value.is(ValueKind::Int) || value.is(ValueKind::Uint) || value.is(ValueKind::Double); }

bool int_equals_double(int64_t a, double b) { return b >= -9223372036854775808.0 && b < 9223372036854775808.0 && b == std::trunc(b) && a == static_cast<int64_t>(b); }
bool uint_equals_double(uint64_t a, double b) { return b >= 0 && b < 18446744073709551616.0 && b == std::trunc(b) && a == static_cast<uint64_t>(b); }

bool numbers_equal(const Value& a, const Value& b) {
    if (a.kind() > b.kind()) return numbers_equal(b, a);
    if (a.is(ValueKind::Int)) {
        if (b.is(ValueKind::Int)) return a.as_int() == b.as_int();
        if (b.is(ValueKind::Uint)) return a.as_int() >= 0 && static_cast<uint64_t>(a.as_int()) == b.as_uint();
        return int_equals_double(a.as_int(), b.as_double());
    }
    if (a.is(ValueKind::Uint)) return b.is(ValueKind::Uint) ? a.as_uint() == b.as_uint() : uint_equals_double(a.as_uint(), b.as_double());
    return a.as_double() == b.as_double();
}

// Sets and maps as lists (x-kubernetes-list-type) are equal whatever the order.
Value unordered_equals(const Value& a, const Value& b, const Declaration& decl) {
    auto key_of = [&](const json::Value& item) {
        if (decl.list_type == api::ListType::Set) return key_text(Value::json(item));
        std::string key;
        for (const auto& name : decl.list_keys) key += key_text(Value::json(item[name])) + '\n';
        return key;
    };
    TextMap<size_t> places;
    for (size_t i = 0; i < a.size(); ++i) places.emplace(key_of((*a.document())[i]), i);
    for (size_t i = 0; i < b.size(); ++i) {
        auto it = places.find(key_of((*b.document())[i]));
        if (it == places.end()) return Value::of(false);
        if (decl.list_type != api::ListType::Map) continue;
        Value same = a.at(it->second).equals(b.at(i));
        if (!same.is_true()) return same;
    }
    return Value::of(true);
}

// Texts, integers and truths of documents that mean what they are; nothing when Values have to be made to know.
std::optional<bool> plain_equal(const json::Value& a, const json::Value& b, const Declaration* of_a, const Declaration* of_b) {
    using Form = Declaration::Form;
    auto plain = [](const json::Value& value, const Declaration* declaration) {
        const Form form = declaration ? declaration->form : Form::Dyn;
        if (value.is_string()) return form == Form::String || form == Form::Dyn || form == Form::Preserved;
        return (value.is_int() && (form == Form::Int || form == Form::Dyn)) || (value.is_bool() && (form == Form::Bool || form == Form::Dyn));
    };
    if (a.type() != b.type() || !plain(a, of_a) || !plain(b, of_b)) return std::nullopt;
    return a.is_string() ? a.as_string() == b.as_string() : a == b;
}

// Whether texts below are compared as they are.
bool holds_texts(const Declaration* declaration) {
    using Form = Declaration::Form;
    return !declaration || declaration->form == Form::String || declaration->form == Form::Dyn || declaration->form == Form::Preserved;
}

const Declaration* element_of(const Value& value) {
    const Declaration* declaration = value.declaration();
    return declaration ? declaration->element.get() : nullptr;
}

Value lists_equal(const Value& a, const Value& b) {
    if (a.size() != b.size()) return Value::of(false);
    if (a.declaration() && a.declaration()->list_type != api::ListType::Atomic && b.document()) return unordered_equals(a, b, *a.declaration());
    const json::Value *left = a.document(), *right = b.document();
    for (size_t i = 0, size = a.size(); i < size; ++i) {
        if (left && right)
            if (auto same = plain_equal((*left)[i], (*right)[i], element_of(a), element_of(b))) {
                if (!*same) return Value::of(false);
                continue;
            }
        Value same = a.at(i).equals(b.at(i));
        if (!same.is_true()) return same;
    }
    return Value::of(true);
}

// Maps of documents: members stand in the same order more often than not.
Value members_equal(const Value& a, const Value& b) {
    const Declaration *of_a = element_of(a), *of_b = element_of(b);
    const json::Object& theirs = b.document()->members();
    json::MemberIndex others(*b.document());
    const bool texts = holds_texts(of_a) && holds_texts(of_b);
    size_t i = 0;
    for (const auto& [key, value] : a.document()->members()) {
        const bool here = i < theirs.size() && theirs[i].key == key;
        const json::Value* other = here ? &theirs[i].value : others.find(key);
        ++i;
        if (!other) return Value::of(false);
        if (texts && value.is_string() && other->is_string()) {
            if (value.as_string() != other->as_string()) return Value::of(false);
            continue;
        }
        const auto same = plain_equal(value, *other, of_a, of_b);
        const Value verdict = same ? Value::of(*same) : Value::json(value, of_a).equals(Value::json(*other, of_b));
        if (!verdict.is_true()) return verdict;
    }
    return Value::of(true);
}

bool is_object(const Declaration* declaration) { return declaration && declaration->form == Declaration::Form::Object; }

// Objects of one declaration. A null member is as good as absent; members that the schema does not know are compared as they are.
Value objects_equal(const Value& a, const Value& b) {
    const Declaration& declaration = *a.declaration();
    json::MemberIndex others(*b.document());
    for (bool known : {true, false}) {
        for (const auto& [key, value] : a.document()->members()) {
            const auto* field = declaration.find(key);
            if ((field && !field->identifier.empty()) != known) continue;
            const json::Value* other = others.find(key);
            if (!known) {
                if (other && !(*other == value)) return Value::of(false);
                continue;
            }
            if (other && other->is_null()) other = nullptr;
            if (value.is_null() || !other) {
                if (value.is_null() != !other) return Value::of(false);
                continue;
            }
            const auto same = plain_equal(value, *other, field->decl.get(), field->decl.get());
            const Value verdict = same ? Value::of(*same) : Value::json(value, field->decl.get()).equals(Value::json(*other, field->decl.get()));
            if (!verdict.is_true()) return verdict;
        }
    }
    return Value::of(true);
}

Value maps_equal(const Value& a, const Value& b) {
    if (a.size() != b.size()) return Value::of(false);
    if (a.document() && b.document() && !is_object(a.declaration()) && !is_object(b.declaration())) return members_equal(a, b);
    if (a.document() && b.document() && a.declaration() && a.declaration() == b.declaration()) return objects_equal(a, b);
    Value result = Value::of(true);
    const bool object = is_object(a.declaration());
    a.each_entry([&](const Value& key, const Value& value) {
        // A null member of an object is as good as absent.
        if (object && value.is(ValueKind::Null)) {
            result = Value::of(!b.find(key));
            return result.is_true();
        }
        const auto other = b.find(key);
        result = other ? value.equals(*other) : Value::of(false);
        return result.is_true();
    });
    if (!result.is_true() || !a.declaration() || a.declaration()->form != Declaration::Form::Object || !b.document()) return result;
    // Members that the schema does not know are compared as they are.
    for (const auto& member : a.document()->members()) {
        const auto* field = a.declaration()->find(member.key);
        if (field && !field->identifier.empty()) continue;
        const auto* other = b.document()->find(member.key);
        if (other && !(*other == member.value)) return Value::of(false);
    }
    return result;
}

}  // namespace

Value Value::equals(const Value& other) const {
    if (is_error()) return *this;
    if (other.is_error()) return other;
    if (numeric(*this) && numeric(other)) return of(numbers_equal(*this, other));
    if (kind_ != other.kind_) return of(false);
    switch (kind_) {
        case ValueKind::Null: return of(true);
        case ValueKind::Bool: return of(bool_ == other.bool_);
        case ValueKind::String:
        case ValueKind::Bytes:
        case ValueKind::Type: return of(text() == other.text());
        case ValueKind::Timestamp: return of(int_ == other.int_ && nanos() == other.nanos());
        case ValueKind::Duration: return of(int_ == other.int_);
        case ValueKind::List: return lists_equal(*this, other);
        case ValueKind::Map: return maps_equal(*this, other);
        case ValueKind::Object: return type_name() == other.type_name() ? maps_equal(*this, other) : of(false);
        case ValueKind::Optional:
            if (!held() || !other.held()) return of(!held() && !other.held());
            return held()->equals(*other.held());
        case ValueKind::Opaque:
            if (opaque()->type_name() != other.opaque()->type_name()) return error("no such overload");
            return of(opaque()->equals(*other.opaque()));
        default: return of(false);
    }
}

std::string Value::type_name() const {
    switch (kind_) {
        case ValueKind::Error: return "error";
        case ValueKind::Null: return "null_type";
        case ValueKind::Bool: return "bool";
        case ValueKind::Int: return "int";
        case ValueKind::Uint: return "uint";
        case ValueKind::Double: return "double";
        case ValueKind::String: return "string";
        case ValueKind::Bytes: return "bytes";
        case ValueKind::Timestamp: return "google.protobuf.Timestamp";
        case ValueKind::Duration: return "google.protobuf.Duration";
        case ValueKind::List: return "list";
        case ValueKind::Map: return "map";
        case ValueKind::Type: return "type";
        case ValueKind::Optional: return "optional_type";
        case ValueKind::Object: {
            const auto* node = NodeAccess::get<MapNode>(*this);
            return node ? node->type_name : "object";
        }
        case ValueKind::Opaque: return std::string(opaque()->type_name());
    }
    return {};
}

std::string Value::display() const {
    switch (kind_) {
        case ValueKind::Error:
        case ValueKind::String:
        case ValueKind::Type: return std::string(text());
        case ValueKind::Null: return "null";
        case ValueKind::Bool: return bool_ ? "true" : "false";
        case ValueKind::Int: return std::to_string(int_);
        case ValueKind::Uint: return std::to_string(uint_);
        case ValueKind::Double: {
            if (std::isnan(double_)) return "NaN";
            if (std::isinf(double_)) return double_ > 0 ? "+Inf" : "-Inf";
            std::string out;
            json::append_yaml_double(out, double_);
            return out;
        }
        case ValueKind::Timestamp: return format_rfc3339({int_, nanos()});
        case ValueKind::Duration: return api::format_duration(Duration(int_));
        case ValueKind::Opaque: return opaque()->text();
        case ValueKind::Bytes: {
            std::string out = "[";
            for (unsigned char c : text()) out += (out.size() > 1 ? " " : "") + std::to_string(c);
            return out + "]";
        }
        case ValueKind::List: {
            std::string out = "[";
            for (size_t i = 0; i < size(); ++i) out += (i ? " " : "") + at(i).display();
            return out + "]";
        }
        case ValueKind::Map:
        case ValueKind::Object: {
            std::string out = "map[";
            each_entry([&](const Value& key, const Value& value) {
                out += (out.size() > 4 ? " " : "") + key.display() + ":" + value.display();
                return true;
            });
            return out + "]";
        }
        case ValueKind::Optional: return held() ? "optional(" + held()->display() + ")" : "optional.none()";
    }
    return {};
}

}  // namespace skiff::cel
