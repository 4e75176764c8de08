// Declaration: what a JSON value from outside is declared to be. The checker takes types and field names from it, the evaluator the
// meaning of strings with a format, the cost estimate the largest sizes. Made of the OpenAPI schema of a CustomResourceDefinition, of a
// built-in kind's field table, or by hand. Immutable, shared; any thread.
// Source: the CRD validation rules' mapping of OpenAPI types to CEL types (Kubernetes documentation, "Validation rules").
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/schema.h"
#include "cel/type.h"
#include "json/value.h"

namespace skiff::cel {

struct Declaration;
using DeclPtr = std::shared_ptr<const Declaration>;

struct Declaration {
    enum class Form { Dyn, Bool, Int, Double, String, Bytes, Duration, Date, DateTime, IntOrString, List, Map, Object, Preserved };
    struct Field {
        std::string name;         // as in JSON
        std::string identifier;   // as in CEL, escaped; "" when CEL cannot reach it
        DeclPtr decl;
        bool required = false;
    };

    Form form = Form::Dyn;
    TypePtr type;                              // null: not accessible in expressions (Preserved)
    bool nullable = false;
    int64_t max_elements = 0;                  // most characters, bytes, items or members that a request can carry
    int64_t min_size = 1;                      // fewest bytes of its JSON
    DeclPtr element;                           // List, Map
    bool named_elements = false;               // Map: sizes of m.name are those of m["name"], whatever the name
    api::ListType list_type = api::ListType::Atomic;
    std::vector<std::string> list_keys;
    std::vector<Field> fields;                 // Object, sorted by name

    const Field* find(std::string_view name) const;
    const Field* find_identifier(std::string_view identifier) const;

    // By hand; the name stands in error messages.
    static DeclPtr dyn();
    static DeclPtr simple(Form form);
    static DeclPtr list(DeclPtr element, int64_t max_elements = -1);     // -1: what fits into a request
    static DeclPtr map(DeclPtr element, int64_t max_elements = -1);
    static DeclPtr object(std::string name, std::vector<Field> fields);
    static Field field(std::string_view name, DeclPtr decl, bool required = false);
};

enum class SchemaRoot { No, Resource };        // Resource: apiVersion, kind and metadata.name are always there

// A structural OpenAPI v3 schema as a CRD carries it. `name` names the object types in messages. Null when the schema gives no CEL type.
DeclPtr declare_openapi(const json::Value& schema, SchemaRoot root, std::string_view name);
// A built-in kind, for type checking of admission policies; types that contain themselves end in dyn.
DeclPtr declare_type(const api::TypeSchema& type, std::string_view name);

// How often data of at least this size can occur in one request; the factor of the cost of rules below unbounded lists and maps.
uint64_t max_cardinality(int64_t min_size);

// Property names as identifiers: "a.b" is a__dot__b, "namespace" is __namespace__. "" when there is no such form.
std::string escape_identifier(std::string_view name);
std::string unescape_identifier(std::string_view identifier);

}  // namespace skiff::cel
