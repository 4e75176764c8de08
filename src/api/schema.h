// Schema: what the generic engine knows of a type. A built-in kind's file in kinds/ gives rows (TypeRow, FieldRow); a CRD makes the same
// at run time. Pruning, defaulting, structural validation, strategic merge, server-side apply, OpenAPI, protobuf and explain all read
// this and nothing else.
//
// Ownership: a SchemaRegistry owns all TypeSchemas; they are immutable once linked and live as long as the registry. Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "json/value.h"

namespace skiff::api {

enum class ListType { Atomic, Set, Map };        // x-kubernetes-list-type
enum class MapType { Granular, Atomic };          // x-kubernetes-map-type
enum class PatchStrategy : uint8_t { None = 0, Merge = 1, RetainKeys = 2, Replace = 4 };   // bits, x-kubernetes-patch-strategy

// Where a field stands in protobuf: 5, or {2, 1} inside the embedded message 2.
struct ProtoPath {
    constexpr ProtoPath(int first = 0, int second = 0, int third = 0)
        : numbers{static_cast<uint16_t>(first), static_cast<uint16_t>(second), static_cast<uint16_t>(third)} {}
    uint16_t numbers[3];                          // ends at the first 0; all 0: not on the wire
};

// One field as a kind's file writes it. `type` is a scalar (string, bool, int32, int64, double, quantity, int-or-string, time,
// micro-time, duration, bytes, any (raw JSON)), list<T>, map<string,T>, or the name of a type ("core.v1.PodSpec").
struct FieldRow {
    std::string_view name;
    std::string_view type;
    ProtoPath proto = 0;
    bool required = false;
    std::string_view default_json = {};           // the static default, as JSON ("" none)
    std::string_view list_type = {};              // atomic, set, map
    std::string_view list_map_keys = {};          // comma separated
    std::string_view patch_strategy = {};         // merge; retainKeys; merge,retainKeys
    std::string_view patch_merge_key = {};
    std::string_view map_type = {};               // atomic
    std::string_view enum_values = {};            // comma separated
    std::string_view doc = {};                    // one sentence for explain
    // The type that Kubernetes' own code gives the field, when it is not the plain one: "*int32", "PullPolicy". A * means that an explicit
    // zero value stays; without it zero values are left out.
    std::string_view go = {};
    // What is written when the field has no value, where it does not follow from the rest (required: the zero default, else null; an optional
    // object with default {}: {}; otherwise nothing). JSON, or "-": nothing.
    std::string_view absent = {};
};

// Rows are in the order in which fields are written: kind, apiVersion, metadata first.
struct TypeRow {
    std::string_view name;                        // core.v1.PodSpec
    std::span<const FieldRow> fields;
    std::string_view doc = {};
    bool atomic = false;                          // x-kubernetes-map-type: atomic of the whole type; a field's own map_type wins
};

class TypeSchema;

// What a value may be, after linking.
struct ValueSchema {
    enum class Kind { String, Bool, Int32, Int64, Double, Quantity, IntOrString, Time, MicroTime, Duration, Bytes, Any, Object, List, Map };
    Kind kind = Kind::Any;
    const TypeSchema* object = nullptr;           // Object
    std::shared_ptr<ValueSchema> element;         // List, Map
    // For server-side apply: an atomic list, map or object has one owner.
    bool atomic = false;
    bool deduced = false;                         // Any below x-kubernetes-preserve-unknown-fields: maps are granular all the way down
    ListType list_type = ListType::Atomic;        // List
    const std::vector<std::string>* list_map_keys = nullptr;   // List of type Map; belongs to the Field
};

struct Field {
    std::string name;
    ValueSchema value;
    std::vector<int> proto;                       // path of numbers: {2}; {2, 1} inside an embedded message; empty: not on the wire
    bool required = false;
    std::optional<json::Value> default_value;
    ListType list_type = ListType::Atomic;
    std::vector<std::string> list_map_keys;
    uint8_t patch_strategy = 0;                   // PatchStrategy bits
    std::string patch_merge_key;
    MapType map_type = MapType::Granular;
    std::vector<std::string> enum_values;
    std::string doc;
    std::string go_type;                          // for messages: int32, v1.PullPolicy
    bool pointer = false;                         // an explicit zero value stays
    bool always = false;                          // written as `absent` when there is no value
    json::Value absent;
};

class TypeSchema {
public:
    const std::string& name() const { return name_; }
    const std::vector<Field>& fields() const { return fields_; }
    const Field* find(std::string_view field) const;
    const std::string& doc() const { return doc_; }
    // DeploymentSpec: the name without its package.
    std::string_view short_name() const { return std::string_view(name_).substr(name_.rfind('.') + 1); }
    bool preserve_unknown() const { return preserve_unknown_; }   // CRD: fields that are not declared stay

    // A type of a custom resource, made at run time; fields in the order in which they are written.
    static std::unique_ptr<TypeSchema> make(std::string name, std::vector<Field> fields, bool preserve_unknown);

private:
    friend class SchemaRegistry;
    void index();
    std::string name_, doc_;
    bool preserve_unknown_ = false;
    bool atomic_ = false;
    std::vector<Field> fields_;
    std::vector<uint16_t> by_name_;               // positions in fields_, sorted by name
};

class SchemaRegistry {
public:
    // Adds a kind file's types (the texts of the rows must live until link()); link() afterwards resolves the names. A name that stays
    // unknown is a programmer's error (aborts). A type that is added twice keeps its first rows.
    void add(std::span<const TypeRow> types);
    void link();
    const TypeSchema* find(std::string_view type) const;
    std::vector<const TypeSchema*> all() const;   // by name

private:
    ValueSchema resolve(std::string_view type, std::string_view where) const;
    void link_field(const FieldRow& row, const std::string& type_name, Field& field) const;
    static void link_atomic(const FieldRow& row, Field& field);

    std::map<std::string, std::unique_ptr<TypeSchema>, std::less<>> types_;
    // Between add() and link(): what is still names.
    struct Pending {
        TypeSchema* type;
        std::vector<FieldRow> rows;
    };
    std::vector<Pending> pending_;
};

}  // namespace skiff::api
