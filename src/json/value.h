// json::Value: a JSON document as a tree. Objects keep the order of their members; equality does not look at it.
//
// Reading is total: a member that is absent, or an index past the end, reads as null, and as_*() give their fallback, so
// `pod["spec"]["nodeName"].as_string()` needs no checks. Writing goes through set(), mut() and push_back().
// A Value belongs to one thread while it is changed; a const Value may be read by all.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace skiff::json {

class Value;
struct Member;
using Array = std::vector<Value>;
using Object = std::vector<Member>;

enum class Type { Null, Bool, Int, Double, String, Array, Object };

class Value {
public:
    Value() = default;
    Value(std::nullptr_t) {}
    Value(bool b) : data_(b) {}
    Value(int i) : data_(static_cast<int64_t>(i)) {}
    Value(unsigned i) : data_(static_cast<int64_t>(i)) {}
    Value(long i) : data_(static_cast<int64_t>(i)) {}
    Value(long long i) : data_(static_cast<int64_t>(i)) {}
    Value(unsigned long i) : data_(static_cast<int64_t>(i)) {}
    Value(double d) : data_(d) {}
    Value(const char* s) : data_(std::string(s)) {}
    Value(std::string s) : data_(std::move(s)) {}
    Value(std::string_view s) : data_(std::string(s)) {}
    Value(Array a);
    Value(Object o);
    // object({{"a", 1}, {"b", "x"}}) and array({1, 2})
    static Value object(std::initializer_list<std::pair<std::string_view, Value>> members = {});
    static Value array(std::initializer_list<Value> items = {});

    Type type() const { return static_cast<Type>(data_.index()); }
    bool is_null() const { return type() == Type::Null; }
    bool is_bool() const { return type() == Type::Bool; }
    bool is_int() const { return type() == Type::Int; }
    bool is_double() const { return type() == Type::Double; }
    bool is_number() const { return is_int() || is_double(); }
    bool is_string() const { return type() == Type::String; }
    bool is_array() const { return type() == Type::Array; }
    bool is_object() const { return type() == Type::Object; }
    // Null, "", [], {}: what Go's omitempty leaves out of these types.
    bool empty() const;

    bool as_bool(bool fallback = false) const;
    int64_t as_int(int64_t fallback = 0) const;      // a Double with an integral value counts
    double as_double(double fallback = 0) const;
    const std::string& as_string() const;             // "" when not a string
    std::string as_string(std::string_view fallback) const;

    // Arrays; size() is also the number of an object's members, 0 for the rest.
    size_t size() const;
    const Array& items() const;                       // empty when not an array
    Array& mut_items();                               // becomes an array when it is not
    void push_back(Value item);
    const Value& operator[](size_t index) const;
    const Value& operator[](int index) const { return (*this)[static_cast<size_t>(index)]; }

    // Objects.
    const Object& members() const;                    // empty when not an object
    Object& mut_members();                            // becomes an object when it is not
    const Value* find(std::string_view key) const;    // null when absent (a present null is found)
    Value* find(std::string_view key);
    bool has(std::string_view key) const { return find(key) != nullptr; }
    const Value& operator[](std::string_view key) const;
    const Value& operator[](const char* key) const { return (*this)[std::string_view(key)]; }
    // The member, made as null when absent; this becomes an object when it is not.
    Value& mut(std::string_view key);
    Value& set(std::string_view key, Value value);    // returns the stored member
    bool erase(std::string_view key);                 // true when it was there

    // Deep equality: objects without order, 1 == 1.0.
    friend bool operator==(const Value& a, const Value& b);

private:
    std::variant<std::monostate, bool, int64_t, double, std::string, Array, Object> data_;
};

struct Member {
    std::string key;
    Value value;
};

}  // namespace skiff::json
