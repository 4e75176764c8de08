// Environment: the variables and functions an expression may use. The functions are those of a Kubernetes v1.34 API server.
// Build one, then only read it; compiled programs keep what they need. Any thread once built.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cel/declaration.h"
#include "cel/type.h"

namespace skiff::cel {

class Environment {
public:
    Environment() = default;

    // Declares a variable; a second declaration replaces the first.
    Environment& variable(std::string name, TypePtr type);
    Environment& variable(std::string name, const DeclPtr& decl);
    // JSONPatch{...} and Object{...}, for mutating policies.
    Environment& allow_mutations();

    // cel.bind(name, value, expression), for selectors of devices.
    Environment& allow_bindings();

    const TypePtr* find(std::string_view name) const;
    bool mutations() const { return mutations_; }
    bool bindings() const { return bindings_; }
    // The declaration behind a variable, for size estimates; null when there is none.
    const Declaration* declaration(std::string_view name) const;
    // The first declaration: Kubernetes takes the root's size for names it does not know.
    const Declaration* root() const;

private:
    struct Variable {
        std::string name;
        TypePtr type;
        DeclPtr decl;
    };
    std::vector<Variable> variables_;
    bool mutations_ = false, bindings_ = false;
};

}  // namespace skiff::cel
