// Value: what an expression computes with. Numbers, strings and times are held by value; lists and maps are shared, immutable nodes or
// views over a json::Value that is never copied: the document (and its Declaration) must outlive every Value made of it.
// A failed evaluation is a Value of kind Error, because && and || absorb errors. Values may be copied and used by any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "cel/declaration.h"
#include "json/value.h"

namespace skiff::cel {

enum class ValueKind : uint8_t { Error, Null, Bool, Int, Uint, Double, String, Bytes, Timestamp, Duration, List, Map, Type, Optional, Object, Opaque };

class Value;
using Entry = std::pair<Value, Value>;

// Members computed when they are asked for, such as the `variables` of a policy. Lives as long as the values made of it.
class FieldSource {
public:
    virtual ~FieldSource() = default;
    virtual std::optional<Value> find(std::string_view field) const = 0;
};

// What a value of a library type (URL, quantity, IP, ...) can do besides being passed around.
class Opaque {
public:
    virtual ~Opaque() = default;
    virtual std::string_view type_name() const = 0;
    virtual bool equals(const Opaque& other) const = 0;
    virtual std::optional<size_t> size() const { return std::nullopt; }   // for the cost model
    virtual std::string text() const { return {}; }
};

class Value {
public:
    // What is too large to stand in a Value itself (nodes.h); it counts its owners.
    struct Node {
        enum class Kind : uint8_t { Text, List, Map, Source, Held, Opaque };
        explicit Node(Kind k) : kind(k) {}
        virtual ~Node() = default;
        const Kind kind;
        mutable std::atomic<uint32_t> owners{0};
    };

    Value() = default;   // null
    static Value of(bool value) {
        Value out;
        out.kind_ = ValueKind::Bool;
        out.int_ = 0;
        out.bool_ = value;
        return out;
    }
    static Value of_int(int64_t value) {
        Value out;
        out.kind_ = ValueKind::Int;
        out.int_ = value;
        return out;
    }
    static Value of_uint(uint64_t value);
    static Value of_double(double value);
    static Value string(std::string text);
    static Value string_view(std::string_view text) {             // the text is not copied
        Value out;
        out.kind_ = ValueKind::String;
        out.text_ = text.data();
        out.extra_ = text.size();
        return out;
    }
    static Value bytes(std::string bytes);
    static Value timestamp(int64_t seconds, int32_t nanos);       // since 1970-01-01 UTC
    static Value duration(int64_t nanoseconds);
    static Value list(std::vector<Value> items);
    static Value map(std::vector<Entry> entries);                 // keys are different
    static Value map_of_maps(std::vector<Entry> entries);         // a key that is not there selects an empty map
    static Value object(std::string type_name, std::vector<Entry> fields);   // a structure made by an expression: JSONPatch{...}
    static Value fields(std::shared_ptr<const FieldSource> source);
    static Value type_value(std::string_view name);
    static Value none();                                          // optional.none()
    static Value some(Value value);
    static Value opaque(std::shared_ptr<const Opaque> value);
    static Value error(std::string message);
    template <size_t N>
    static Value error(const char (&message)[N]) {                // a literal: it is not copied
        Value out = string_view({message, N - 1});
        out.kind_ = ValueKind::Error;
        return out;
    }
    // A view; with a declaration, strings of a format become times, durations or bytes, and keys are escaped names.
    static Value json(const json::Value& document, const Declaration* declaration = nullptr);

    ValueKind kind() const { return kind_; }
    bool is(ValueKind kind) const { return kind_ == kind; }
    bool is_error() const { return kind_ == ValueKind::Error; }
    bool is_true() const { return kind_ == ValueKind::Bool && bool_; }
    bool as_bool() const { return bool_; }
    int64_t as_int() const { return int_; }               // Int; seconds of a Timestamp; nanoseconds of a Duration
    uint64_t as_uint() const { return uint_; }
    double as_double() const { return double_; }
    int32_t nanos() const { return static_cast<int32_t>(extra_); }
    std::string_view text() const {                       // String, Bytes, Type, and the message of an Error
        const bool has = kind_ == ValueKind::String || kind_ == ValueKind::Bytes || kind_ == ValueKind::Type || kind_ == ValueKind::Error;
        return has ? std::string_view(text_, extra_) : std::string_view();
    }
    const Opaque* opaque() const;
    const Value* held() const;                            // what an Optional has, null for none

    // Lists.
    size_t size() const;                                  // also of Map; characters of String, bytes of Bytes
    size_t size_if_container() const { return kind_ == ValueKind::List || kind_ == ValueKind::Map ? size() : 0; }
    Value at(size_t index) const;
    // Maps and objects. find() gives nothing when the key is absent.
    std::optional<Value> find(const Value& key) const;
    std::optional<Value> find(std::string_view key) const;
    // Calls until `visit` returns false.
    void each_key(const std::function<bool(const Value& key)>& visit) const;
    void each_entry(const std::function<bool(const Value& key, const Value& value)>& visit) const;

    std::string type_name() const;                        // int, list, google.protobuf.Timestamp, ...
    std::string display() const;                          // as error messages print it
    // What stands behind a view: null when this is none.
    const json::Value* document() const { return node_ || (kind_ != ValueKind::List && kind_ != ValueKind::Map) ? nullptr : view_; }
    const Declaration* declaration() const { return document() ? declaration_ : nullptr; }

    // CEL's equality (1 == 1.0; kinds that differ are unequal). Error when a compared value is one.
    Value equals(const Value& other) const;
    // The JSON form that objects and patches take. Invalid when there is none.
    Result<json::Value> to_json() const;

private:
    friend struct NodeAccess;
    // A shared_ptr in half the room: expressions move and drop Values more than anything else, and most have no node.
    class NodePtr {
    public:
        NodePtr() = default;
        explicit NodePtr(const Node* node) : node_(node) {
            if (node_) node_->owners.fetch_add(1, std::memory_order_relaxed);
        }
        NodePtr(const NodePtr& other) : NodePtr(other.node_) {}
        NodePtr(NodePtr&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
        NodePtr& operator=(NodePtr other) noexcept {
            std::swap(node_, other.node_);
            return *this;
        }
        ~NodePtr() {
            if (node_ && node_->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) delete node_;
        }
        const Node* get() const { return node_; }
        const Node& operator*() const { return *node_; }
        explicit operator bool() const { return node_ != nullptr; }

    private:
        const Node* node_ = nullptr;
    };

    ValueKind kind_ = ValueKind::Null;
    union {
        bool bool_;
        int64_t int_ = 0;
        uint64_t uint_;
        double double_;
        const char* text_;
        const json::Value* view_;
    };
    union {
        uint64_t extra_ = 0;                   // length of text, nanoseconds of a timestamp
        const Declaration* declaration_;
    };
    NodePtr node_;
};

}  // namespace skiff::cel
