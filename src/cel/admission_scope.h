// AdmissionScope: the declarations that the expressions of admission policies and match conditions are compiled against, with the words of
// Kubernetes for what is wrong. Values; a scope belongs to one thread while variables are added.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cel/program.h"

namespace skiff::cel {

enum class Gives { Bool, String, StringOrNull, Anything, Object, Patches };   // Object{...}; a list of JSONPatch{...}

// Compiled, or why not: "compilation failed: ERROR: ...", "must evaluate to bool but got int".
struct Expression {
    std::string text;
    std::optional<Program> program;
    std::string mistake;
    bool mistake_is_internal = false;      // field.InternalError instead of Invalid
    bool ok() const { return program.has_value(); }
};

enum class Sees : unsigned { Nothing = 0, Params = 1, Authorizer = 2 };
inline Sees operator|(Sees a, Sees b) { return static_cast<Sees>(static_cast<unsigned>(a) | static_cast<unsigned>(b)); }
inline bool has(Sees all, Sees one) { return (static_cast<unsigned>(all) & static_cast<unsigned>(one)) != 0; }

// The declarations of one policy; variables are added in their order and may use those before them.
class AdmissionScope {
public:
    AdmissionScope() = default;
    // With known types of object, oldObject and params; null: dyn.
    AdmissionScope(DeclPtr object, DeclPtr params) : object_(std::move(object)), params_(std::move(params)) {}
    Expression compile(std::string_view text, Gives gives, Sees sees) const;
    // `variables` is there before the first one, as in mutating policies.
    void compose() { composed_ = true; }
    // Adds `variables.<name>`.
    Expression add_variable(const std::string& name, std::string_view text, Sees sees);

private:
    Environment environment(Sees sees) const;
    DeclPtr object_, params_;
    std::vector<Declaration::Field> variables_;
    bool composed_ = false;
};

}  // namespace skiff::cel
