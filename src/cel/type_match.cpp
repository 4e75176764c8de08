#include "cel/type_match.h"

#include <algorithm>
#include <cstdlib>

namespace skiff::cel {
namespace {

using Kind = Type::Kind;

constexpr std::string_view kVariable = "_var";

bool is_variable(const Type& type) { return type.kind == Kind::Param && type.name.compare(0, kVariable.size(), kVariable) == 0; }
size_t number_of(const Type& type) { return static_cast<size_t>(std::strtoul(type.name.c_str() + kVariable.size(), nullptr, 10)); }

bool nullable(const Type& type) {
    return type.kind == Kind::Opaque || type.kind == Kind::Struct || type.kind == Kind::Duration || type.kind == Kind::Timestamp || type.kind == Kind::Null;
}

bool equal_or_less_specific(const Type& a, const Type& b) {
    if (a.is_dyn() || a.kind == Kind::Param) return true;
    if (b.is_dyn() || b.kind == Kind::Param || a.kind != b.kind) return false;
    if (a.kind == Kind::Type) return true;
    if (a.kind != Kind::Opaque && a.kind != Kind::List && a.kind != Kind::Map) return a == b;
    if (a.name != b.name || a.params.size() != b.params.size()) return false;
    for (size_t i = 0; i < a.params.size(); ++i)
        if (!equal_or_less_specific(*a.params[i], *b.params[i])) return false;
    return true;
}

TypePtr with_params(const TypePtr& type, std::vector<TypePtr> params) {
    auto out = std::make_shared<Type>(*type);
    out->params = std::move(params);
    return out;
}

}  // namespace

TypePtr most_general(const TypePtr& a, const TypePtr& b) { return equal_or_less_specific(*a, *b) ? a : b; }

const TypePtr& unwrap_optional(const TypePtr& type, bool& was_optional) {
    was_optional = type->is_optional();
    return was_optional ? type->params[0] : type;
}

TypePtr TypeMatch::fresh() {
    bindings_.emplace_back();
    return Type::param("_var" + std::to_string(bindings_.size() - 1));
}

const TypePtr* TypeMatch::bound(const Type& variable) const {
    if (!is_variable(variable)) return nullptr;
    size_t number = number_of(variable);
    return number < bindings_.size() && bindings_[number] ? &bindings_[number] : nullptr;
}

void TypeMatch::set(const Type& variable, TypePtr type) {
    if (!is_variable(variable)) return;
    size_t number = number_of(variable);
    if (number >= bindings_.size()) return;
    undo_.push_back({number, bindings_[number]});
    bindings_[number] = std::move(type);
}

bool TypeMatch::assignable(const TypePtr& a, const TypePtr& b) {
    undo_.clear();
    if (fits(a, b)) return true;
    for (auto it = undo_.rbegin(); it != undo_.rend(); ++it) bindings_[it->variable] = it->before;
    return false;
}

bool TypeMatch::assignable(const std::vector<TypePtr>& a, const std::vector<TypePtr>& b) {
    undo_.clear();
    if (fits_all(a, b)) return true;
    for (auto it = undo_.rbegin(); it != undo_.rend(); ++it) bindings_[it->variable] = it->before;
    return false;
}

bool TypeMatch::fits_all(const std::vector<TypePtr>& a, const std::vector<TypePtr>& b) {
    if (a.size() != b.size()) return false;
    for (size_t i = 0; i < a.size(); ++i)
        if (!fits(a[i], b[i])) return false;
    return true;
}

bool TypeMatch::fits(const TypePtr& a, const TypePtr& b) {
    bool known = false;
    if (b->kind == Kind::Param) {
        if (bind(a, b, known)) return true;
        if (known) return false;
    }
    if (a->kind == Kind::Param) return bind(b, a, known);
    auto wild = [](const Type& type) { return type.is_dyn() || type.is_error(); };
    if (wild(*a) || wild(*b)) return true;
    if (a->kind == Kind::Null) return nullable(*b);
    if (b->kind == Kind::Null) return nullable(*a);
    switch (a->kind) {
        case Kind::Type: return b->kind == Kind::Type;
        case Kind::Opaque:
        case Kind::List:
        case Kind::Map: return a->kind == b->kind && a->name == b->name && fits_all(a->params, b->params);
        default: return a->kind == b->kind && a->name == b->name;
    }
}

bool TypeMatch::bind(const TypePtr& a, const TypePtr& b, bool& known) {
    known = true;
    if (*a == *b) return true;
    if (const TypePtr* current = bound(*b)) {
        TypePtr held = *current;
        if (*a == *held) return true;
        if (!fits(a, held)) return false;
        TypePtr general = most_general(a, held);
        if (absent(*b, *general)) set(*b, general);
        return true;
    }
    known = false;
    if (!absent(*b, *a)) return false;
    set(*b, a);
    return true;
}

bool TypeMatch::absent(const Type& variable, const Type& in) const {
    if (variable == in) return false;
    if (in.kind == Kind::Param) {
        const TypePtr* held = bound(in);
        return !held || absent(variable, **held);
    }
    return std::all_of(in.params.begin(), in.params.end(), [&](const TypePtr& param) { return absent(variable, *param); });
}

TypePtr TypeMatch::resolve(const TypePtr& type, Free free) const {
    if (const TypePtr* held = bound(*type)) return resolve(*held, free);
    if (type->kind == Kind::Param) return free == Free::Dyn ? Type::of(Kind::Dyn) : type;
    if (type->params.empty()) return type;
    std::vector<TypePtr> params;
    bool changed = false;
    for (const auto& param : type->params) {
        params.push_back(resolve(param, free));
        changed = changed || params.back() != param;
    }
    return changed ? with_params(type, std::move(params)) : type;
}

TypePtr TypeMatch::instantiate(const TypePtr& type, const std::vector<std::string>& names, const std::vector<TypePtr>& variables) {
    if (type->kind == Kind::Param) {
        auto it = std::find(names.begin(), names.end(), type->name);
        return it == names.end() ? type : variables[static_cast<size_t>(it - names.begin())];
    }
    if (type->params.empty()) return type;
    std::vector<TypePtr> params;
    for (const auto& param : type->params) params.push_back(instantiate(param, names, variables));
    return with_params(type, std::move(params));
}

}  // namespace skiff::cel
