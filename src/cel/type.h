// Type: what the checker knows of an expression. Written as CEL writes it: int, list(string), map(string, dyn), optional_type(int).
// Types are immutable and shared; any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace skiff::cel {

struct Declaration;
struct Type;
using TypePtr = std::shared_ptr<const Type>;

struct Type {
    enum class Kind { Error, Dyn, Null, Bool, Int, Uint, Double, String, Bytes, Timestamp, Duration, List, Map, Struct, Opaque, Type, Param };
    Kind kind = Kind::Dyn;
    std::string name;                               // list, map, kubernetes.URL, a struct's or a type parameter's name
    std::vector<TypePtr> params;
    std::shared_ptr<const Declaration> declaration; // Struct: its fields, when it has any

    static TypePtr of(Kind kind);                   // the kinds without parameters
    static TypePtr list(TypePtr element);
    static TypePtr map(TypePtr key, TypePtr value);
    static TypePtr optional(TypePtr of);
    static TypePtr type_of(TypePtr of);             // type(int)
    static TypePtr opaque(std::string_view name, std::vector<TypePtr> params = {});
    static TypePtr structure(std::string_view name, std::shared_ptr<const Declaration> declaration = nullptr);
    static TypePtr param(std::string_view name);

    bool is_dyn() const { return kind == Kind::Dyn; }
    bool is_error() const { return kind == Kind::Error; }
    bool is_optional() const { return kind == Kind::Opaque && name == "optional_type"; }
    std::string text() const;
    // "int", "list(A)", "map(string, dyn)", "kubernetes.URL": the notation of the function tables. One capital letter is a parameter.
    static TypePtr parse(std::string_view text);
    friend bool operator==(const Type& a, const Type& b);   // exactly the same
};

}  // namespace skiff::cel
