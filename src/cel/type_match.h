// Substitutions of type variables and the question whether one type may stand for another (cel-go's type checker rules).
// Belongs to one check.
#pragma once

#include <vector>

#include "cel/type.h"

namespace skiff::cel {

class TypeMatch {
public:
    TypePtr fresh();                                              // a new variable
    // True when b may be assigned to a; variables are bound on the way, and nothing is bound when the answer is no.
    bool assignable(const TypePtr& a, const TypePtr& b);
    bool assignable(const std::vector<TypePtr>& a, const std::vector<TypePtr>& b);
    // Variables replaced by what is bound to them; free ones become dyn when wanted.
    enum class Free { Keep, Dyn };
    TypePtr resolve(const TypePtr& type, Free free) const;
    // The parameters of an overload's type replaced by fresh variables: names[i] becomes variables[i].
    static TypePtr instantiate(const TypePtr& type, const std::vector<std::string>& names, const std::vector<TypePtr>& variables);

private:
    bool fits(const TypePtr& a, const TypePtr& b);
    bool fits_all(const std::vector<TypePtr>& a, const std::vector<TypePtr>& b);
    // Binds variable b to a. `known`: b had a binding already.
    bool bind(const TypePtr& a, const TypePtr& b, bool& known);
    bool absent(const Type& variable, const Type& in) const;
    const TypePtr* bound(const Type& variable) const;
    void set(const Type& variable, TypePtr type);

    std::vector<TypePtr> bindings_;
    struct Undo {
        size_t variable;
        TypePtr before;
    };
    std::vector<Undo> undo_;
};

// The less specific of two that fit each other.
TypePtr most_general(const TypePtr& a, const TypePtr& b);
const TypePtr& unwrap_optional(const TypePtr& type, bool& was_optional);

}  // namespace skiff::cel
