#include "cel/environment.h"

namespace skiff::cel {

Environment& Environment::variable(std::string name, TypePtr type) {
    for (auto& known : variables_) {
        if (known.name != name) continue;
        known.type = std::move(type);
        known.decl = nullptr;
        return *this;
    }
    variables_.push_back({std::move(name), std::move(type), nullptr});
    return *this;
}

Environment& Environment::variable(std::string name, const DeclPtr& decl) {
    variable(name, decl && decl->type ? decl->type : Type::of(Type::Kind::Dyn));
    for (auto& known : variables_)
        if (known.name == name) known.decl = decl;
    return *this;
}

Environment& Environment::allow_bindings() {
    bindings_ = true;
    return *this;
}

Environment& Environment::allow_mutations() {
    mutations_ = true;
    return *this;
}

const TypePtr* Environment::find(std::string_view name) const {
    for (const auto& known : variables_)
        if (known.name == name) return &known.type;
    return nullptr;
}

const Declaration* Environment::declaration(std::string_view name) const {
    for (const auto& known : variables_)
        if (known.name == name) return known.decl.get();
    return nullptr;
}

const Declaration* Environment::root() const {
    for (const auto& known : variables_)
        if (known.decl) return known.decl.get();
    return nullptr;
}

}  // namespace skiff::cel
