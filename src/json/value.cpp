#include "json/value.h"

#include "json/member_index.h"

#include <cmath>

namespace skiff::json {

namespace {

const Value kNull;
const Array kNoItems;
const Object kNoMembers;
const std::string kNoText;

// Above this size equality looks members up only by position first; objects in practice have the same order.
bool equal_objects(const Value& a, const Value& b) {
    if (a.size() != b.size()) return false;
    const auto& left = a.members();
    const auto& right = b.members();
    MemberIndex index(b);
    for (size_t i = 0; i < left.size(); ++i) {
        const Value* other = right[i].key == left[i].key ? &right[i].value : index.find(left[i].key);
        if (!other || !(left[i].value == *other)) return false;
    }
    return true;
}

}  // namespace

Value::Value(Array a) : data_(std::move(a)) {}
Value::Value(Object o) : data_(std::move(o)) {}

Value Value::object(std::initializer_list<std::pair<std::string_view, Value>> members) {
    Object object;
    object.reserve(members.size());
    for (const auto& [key, value] : members) object.push_back({std::string(key), value});
    return Value(std::move(object));
}

Value Value::array(std::initializer_list<Value> items) { return Value(Array(items)); }

bool Value::empty() const {
    switch (type()) {
        case Type::Null: return true;
        case Type::String: return as_string().empty();
        case Type::Array:
        case Type::Object: return size() == 0;
        default: return false;
    }
}

bool Value::as_bool(bool fallback) const { return is_bool() ? std::get<bool>(data_) : fallback; }

int64_t Value::as_int(int64_t fallback) const {
    if (is_int()) return std::get<int64_t>(data_);
    if (is_double()) {
        double d = std::get<double>(data_);
        if (d == std::floor(d) && std::abs(d) < 9.2e18) return static_cast<int64_t>(d);
    }
    return fallback;
}

double Value::as_double(double fallback) const {
    if (is_double()) return std::get<double>(data_);
    return is_int() ? static_cast<double>(std::get<int64_t>(data_)) : fallback;
}

const std::string& Value::as_string() const { return is_string() ? std::get<std::string>(data_) : kNoText; }

std::string Value::as_string(std::string_view fallback) const {
    return is_string() ? std::get<std::string>(data_) : std::string(fallback);
}

size_t Value::size() const {
    if (is_array()) return std::get<Array>(data_).size();
    return is_object() ? std::get<Object>(data_).size() : 0;
}

const Array& Value::items() const { return is_array() ? std::get<Array>(data_) : kNoItems; }

Array& Value::mut_items() {
    if (!is_array()) data_ = Array();
    return std::get<Array>(data_);
}

void Value::push_back(Value item) { mut_items().push_back(std::move(item)); }

const Value& Value::operator[](size_t index) const {
    const auto& all = items();
    return index < all.size() ? all[index] : kNull;
}

const Object& Value::members() const { return is_object() ? std::get<Object>(data_) : kNoMembers; }

Object& Value::mut_members() {
    if (!is_object()) data_ = Object();
    return std::get<Object>(data_);
}

const Value* Value::find(std::string_view key) const {
    for (const auto& member : members())
        if (member.key == key) return &member.value;
    return nullptr;
}

Value* Value::find(std::string_view key) { return const_cast<Value*>(std::as_const(*this).find(key)); }

const Value& Value::operator[](std::string_view key) const {
    const Value* found = find(key);
    return found ? *found : kNull;
}

Value& Value::mut(std::string_view key) {
    if (Value* found = find(key)) return *found;
    auto& all = mut_members();
    all.push_back({std::string(key), Value()});
    return all.back().value;
}

Value& Value::set(std::string_view key, Value value) {
    Value& slot = mut(key);
    slot = std::move(value);
    return slot;
}

bool Value::erase(std::string_view key) {
    if (!is_object()) return false;
    auto& all = std::get<Object>(data_);
    for (auto it = all.begin(); it != all.end(); ++it) {
        if (it->key == key) {
            all.erase(it);
            return true;
        }
    }
    return false;
}

bool operator==(const Value& a, const Value& b) {
    if (a.is_number() && b.is_number()) {
        if (a.is_int() && b.is_int()) return a.as_int() == b.as_int();
        return a.as_double() == b.as_double();
    }
    if (a.type() != b.type()) return false;
    switch (a.type()) {
        case Type::Null: return true;
        case Type::Bool: return a.as_bool() == b.as_bool();
        case Type::String: return a.as_string() == b.as_string();
        case Type::Array: return a.items() == b.items();
        case Type::Object: return equal_objects(a, b);
        default: return false;
    }
}

}  // namespace skiff::json
