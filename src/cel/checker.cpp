#include "cel/checker.h"

#include <algorithm>

#include <fmt/core.h>

#include "cel/functions.h"
#include "cel/type_match.h"

namespace skiff::cel {
namespace {

using Kind = Type::Kind;
using Free = TypeMatch::Free;

// Names that stand for types.
constexpr std::string_view kTypeNames[] = {"bool", "bytes", "double", "int", "uint", "string", "list", "map", "null_type", "type", "dyn", "optional_type",
                                           "google.protobuf.Timestamp", "google.protobuf.Duration", "kubernetes.URL", "kubernetes.Quantity", "net.IP", "net.CIDR",
                                           "kubernetes.Semver", "kubernetes.NamedFormat"};

TypePtr named_type(std::string_view name) {
    if (name == "list") return Type::list(Type::of(Kind::Dyn));
    if (name == "map") return Type::map(Type::of(Kind::Dyn), Type::of(Kind::Dyn));
    if (name == "null_type") return Type::of(Kind::Null);
    if (name == "google.protobuf.Timestamp") return Type::of(Kind::Timestamp);
    if (name == "google.protobuf.Duration") return Type::of(Kind::Duration);
    return Type::parse(name);
}

// a.b.c as one name; false when it is no chain of plain selections.
bool qualified_name(const Expr& expr, std::string& out) {
    if (expr.kind == Expr::Kind::Ident) {
        out = expr.name;
        return true;
    }
    if (expr.kind != Expr::Kind::Select || expr.test_only || !qualified_name(*expr.args[0], out)) return false;
    out += "." + expr.name;
    return true;
}

std::string signature(const std::vector<TypePtr>& types, bool member) {
    std::string out = member ? types[0]->text() + ".(" : "(";
    for (size_t i = member; i < types.size(); ++i) out += (i > static_cast<size_t>(member) ? ", " : "") + types[i]->text();
    return out + ")";
}

class Checker {
public:
    Checker(const Environment& environment, Issues& issues) : environment_(environment), issues_(issues) {}

    CheckOutcome run(Expr& root) {
        visit(root);
        finish(root);
        out_.type = root.type;
        return std::move(out_);
    }

private:
    struct Local {
        std::string name;
        TypePtr type;
    };

    TypePtr error_type() const { return Type::of(Kind::Error); }
    TypePtr now(const Expr& expr) const { return match_.resolve(expr.type, Free::Keep); }

    void mismatch(Place place, const TypePtr& expected, const TypePtr& found) { issues_.report(place, fmt::format("expected type '{}' but found '{}'", expected->text(), found->text())); }
    void undeclared(Place place, std::string_view name) { issues_.report(place, fmt::format("undeclared reference to '{}' (in container '')", name)); }

    // The type of a name; null when there is none.
    TypePtr lookup(std::string_view name, bool& is_type_name) {
        is_type_name = false;
        bool global = !name.empty() && name[0] == '.';
        if (global) name.remove_prefix(1);
        if (!global)
            for (auto it = locals_.rbegin(); it != locals_.rend(); ++it)
                if (it->name == name) return it->type;
        if (const TypePtr* type = environment_.find(name)) {
            out_.variables.emplace(name);
            return *type;
        }
        if (std::find(std::begin(kTypeNames), std::end(kTypeNames), name) != std::end(kTypeNames)) {
            is_type_name = true;
            return Type::type_of(named_type(name));
        }
        return nullptr;
    }

    void visit(Expr& expr) {
        switch (expr.kind) {
            case Expr::Kind::Literal: expr.type = literal_type(expr.literal); break;
            case Expr::Kind::Ident: visit_ident(expr); break;
            case Expr::Kind::Select: visit_select(expr); break;
            case Expr::Kind::Call: visit_call(expr); break;
            case Expr::Kind::List: visit_list(expr); break;
            case Expr::Kind::Map: visit_map(expr); break;
            case Expr::Kind::Struct: visit_struct(expr); break;
            case Expr::Kind::Fold: visit_fold(expr); break;
        }
    }

    static TypePtr literal_type(const Value& value) {
        switch (value.kind()) {
            case ValueKind::Bool: return Type::of(Kind::Bool);
            case ValueKind::Int: return Type::of(Kind::Int);
            case ValueKind::Uint: return Type::of(Kind::Uint);
            case ValueKind::Double: return Type::of(Kind::Double);
            case ValueKind::String: return Type::of(Kind::String);
            case ValueKind::Bytes: return Type::of(Kind::Bytes);
            default: return Type::of(Kind::Null);
        }
    }

    void visit_ident(Expr& expr) {
        expr.type = lookup(expr.name, expr.is_type_name);
        if (!expr.type) {
            undeclared(expr.place, expr.name);
            expr.type = error_type();
        }
        if (!expr.name.empty() && expr.name[0] == '.') expr.name.erase(0, 1);
    }

    void visit_select(Expr& expr) {
        std::string name;
        if (!expr.test_only && qualified_name(expr, name)) {
            bool is_type_name = false;
            if (TypePtr type = lookup(name, is_type_name)) {
                expr.kind = Expr::Kind::Ident;
                expr.name = name[0] == '.' ? name.substr(1) : name;
                expr.args.clear();
                expr.type = std::move(type);
                expr.is_type_name = is_type_name;
                return;
            }
        }
        TypePtr type = select_type(expr, *expr.args[0], expr.name, false);
        expr.type = expr.test_only ? Type::of(Kind::Bool) : match_.resolve(type, Free::Keep);
    }

    TypePtr select_type(const Expr& expr, Expr& operand, const std::string& field, bool optional) {
        visit(operand);
        bool was_optional = false;
        TypePtr whole = now(operand);
        TypePtr target = unwrap_optional(whole, was_optional);
        TypePtr result = error_type();
        switch (target->kind) {
            case Kind::Map: result = target->params[1]; break;
            case Kind::Struct: result = field_type(expr.place, *target, field); break;
            case Kind::Param:
                match_.assignable(Type::of(Kind::Dyn), target);
                result = Type::of(Kind::Dyn);
                break;
            default:
                if (!target->is_dyn() && !target->is_error()) issues_.report(expr.place, fmt::format("type '{}' does not support field selection", target->text()));
                result = Type::of(Kind::Dyn);
        }
        return was_optional || optional ? Type::optional(std::move(result)) : result;
    }

    TypePtr field_type(Place place, const Type& type, const std::string& field) {
        if (type.name == "JSONPatch") {
            if (field == "op" || field == "path" || field == "from") return Type::of(Kind::String);
            if (field == "value") return Type::of(Kind::Dyn);
        } else if (type.name == "Object" || type.name.substr(0, 7) == "Object.") {
            return Type::of(Kind::Dyn);
        } else if (type.declaration) {
            const auto* known = type.declaration->find_identifier(field);
            if (known && known->decl->type) return known->decl->type;
        }
        issues_.report(place, fmt::format("undefined field '{}'", field));
        return error_type();
    }

    void visit_call(Expr& expr) {
        if (expr.name == "_?._") {
            expr.args[1]->type = Type::of(Kind::String);
            expr.type = match_.resolve(select_type(expr, *expr.args[0], std::string(expr.args[1]->literal.text()), true), Free::Keep);
            expr.overloads.push_back(find_function("_?._", false)[0]);
            return;
        }
        for (size_t i = expr.member; i < expr.args.size(); ++i) visit(*expr.args[i]);
        if (expr.member) {
            std::string name;
            // optional.none() and math.f(): the target may be part of the function's name.
            if (qualified_name(*expr.args[0], name) && !find_function(name + "." + expr.name, environment_.mutations()).empty()) {
                expr.name = name + "." + expr.name;
                expr.member = false;
                expr.args.erase(expr.args.begin());
            } else {
                visit(*expr.args[0]);
            }
        }
        auto overloads = find_function(expr.name, environment_.mutations());
        if (overloads.empty()) {
            undeclared(expr.place, expr.name);
            expr.type = error_type();
            return;
        }
        if (expr.name == "_&&_" || expr.name == "_||_") return logical(expr, overloads[0]);
        resolve_overloads(expr, overloads);
    }

    void logical(Expr& expr, const Overload* overload) {
        expr.type = Type::of(Kind::Bool);
        expr.overloads.push_back(overload);
        for (const auto& arg : expr.args) {
            if (match_.assignable(arg->type, Type::of(Kind::Bool))) continue;
            mismatch(arg->place, Type::of(Kind::Bool), arg->type);
            expr.type = error_type();
        }
    }

    void resolve_overloads(Expr& expr, std::span<const Overload* const> overloads) {
        std::vector<TypePtr> types;
        for (const auto& arg : expr.args) types.push_back(arg->type);
        TypePtr result;
        for (const Overload* overload : overloads) {
            if (overload->member != expr.member) continue;
            std::vector<TypePtr> wanted = overload->args;
            TypePtr gives = overload->result;
            if (overload->generic) instantiate(wanted, gives);
            if (!match_.assignable(types, wanted)) continue;
            expr.overloads.push_back(overload);
            gives = match_.resolve(gives, Free::Keep);
            if (!result) result = gives;
            else if (!result->is_dyn() && !(*gives == *result)) result = Type::of(Kind::Dyn);
        }
        if (!result) {
            for (auto& type : types) type = match_.resolve(type, Free::Dyn);
            issues_.report(expr.place, fmt::format("found no matching overload for '{}' applied to '{}'", expr.name, signature(types, expr.member)));
            result = error_type();
        }
        expr.type = std::move(result);
    }

    void instantiate(std::vector<TypePtr>& wanted, TypePtr& gives) {
        static const std::vector<std::string> kNames = {"A", "B", "K", "V", "T"};
        std::vector<TypePtr> variables;
        for (size_t i = 0; i < kNames.size(); ++i) variables.push_back(match_.fresh());
        for (auto& type : wanted) type = TypeMatch::instantiate(type, kNames, variables);
        gives = TypeMatch::instantiate(gives, kNames, variables);
    }

    // The type an entry with '?' contributes.
    TypePtr entry_type(const Expr& entry, bool optional) {
        if (!optional) return entry.type;
        bool was_optional = false;
        TypePtr inner = unwrap_optional(match_.resolve(entry.type, Free::Keep), was_optional);
        if (!was_optional && !inner->is_dyn()) mismatch(entry.place, Type::optional(inner), inner);
        return inner;
    }

    // Entries of different types make dyn here; validate_literals() complains about them.
    TypePtr join(const TypePtr& before, const TypePtr& type) {
        if (!before) return type;
        return match_.assignable(before, type) ? most_general(before, type) : Type::of(Kind::Dyn);
    }

    void visit_list(Expr& expr) {
        TypePtr type;
        for (size_t i = 0; i < expr.args.size(); ++i) {
            visit(*expr.args[i]);
            type = join(type, entry_type(*expr.args[i], expr.optional[i]));
        }
        expr.type = Type::list(type ? type : match_.fresh());
    }

    void visit_map(Expr& expr) {
        TypePtr key, value;
        for (size_t i = 0; i < expr.args.size(); i += 2) {
            visit(*expr.args[i]);
            key = join(key, expr.args[i]->type);
            visit(*expr.args[i + 1]);
            value = join(value, entry_type(*expr.args[i + 1], expr.optional[i / 2]));
        }
        if (!key) {
            key = match_.fresh();
            value = match_.fresh();
        }
        expr.type = Type::map(std::move(key), std::move(value));
    }

    void visit_struct(Expr& expr) {
        if (!expr.name.empty() && expr.name[0] == '.') expr.name.erase(0, 1);
        bool known = environment_.mutations() && (expr.name == "JSONPatch" || expr.name == "Object" || expr.name.substr(0, 7) == "Object.");
        if (!known) {
            undeclared(expr.place, expr.name);
            expr.type = error_type();
            return;
        }
        expr.type = Type::structure(expr.name);
        for (size_t i = 0; i < expr.args.size(); ++i) {
            visit(*expr.args[i]);
            TypePtr given = entry_type(*expr.args[i], expr.optional[i]);
            static constexpr std::string_view kPatchFields[] = {"op", "path", "from", "value"};
            if (expr.name == "JSONPatch" && std::find(std::begin(kPatchFields), std::end(kPatchFields), expr.fields[i]) == std::end(kPatchFields)) {
                issues_.report(expr.entry_places[i], fmt::format("expected type of field '{}' is '' but provided type is '{}'", expr.fields[i], given->text()));
                continue;
            }
            TypePtr wanted = field_type(expr.entry_places[i], *expr.type, expr.fields[i]);
            if (match_.assignable(wanted, given)) continue;
            issues_.report(expr.entry_places[i], fmt::format("expected type of field '{}' is '{}' but provided type is '{}'", expr.fields[i], wanted->text(), given->text()));
        }
    }

    void visit_fold(Expr& expr) {
        Fold& fold = *expr.fold;
        visit(*fold.range);
        visit(*fold.init);
        size_t outer = locals_.size();
        locals_.push_back({fold.accumulator, fold.init->type});
        add_loop_variables(fold);
        visit(*fold.condition);
        require(*fold.condition, Type::of(Kind::Bool));
        visit(*fold.step);
        require(*fold.step, fold.init->type);
        locals_.resize(outer + 1);
        visit(*fold.result);
        locals_.resize(outer);
        expr.type = now(*fold.result);
    }

    void add_loop_variables(const Fold& fold) {
        TypePtr range = now(*fold.range), first, second;
        switch (range->kind) {
            case Kind::List:
                first = fold.var2.empty() ? range->params[0] : Type::of(Kind::Int);
                second = range->params[0];
                break;
            case Kind::Map:
                first = range->params[0];
                second = range->params[1];
                break;
            case Kind::Dyn:
            case Kind::Error:
            case Kind::Param:
                match_.assignable(Type::of(Kind::Dyn), range);
                first = second = Type::of(Kind::Dyn);
                break;
            default:
                issues_.report(fold.range->place, fmt::format("expression of type '{}' cannot be range of a comprehension (must be list, map, or dynamic)", range->text()));
                first = second = error_type();
        }
        locals_.push_back({fold.var, first});
        if (!fold.var2.empty()) locals_.push_back({fold.var2, second});
    }

    void require(const Expr& expr, const TypePtr& type) {
        if (!match_.assignable(type, expr.type)) mismatch(expr.place, type, expr.type);
    }

    // Puts what is known at the end into the tree.
    void finish(Expr& expr) {
        if (expr.type) expr.type = match_.resolve(expr.type, Free::Dyn);
        for (auto& arg : expr.args) finish(*arg);
        if (!expr.fold) return;
        for (ExprPtr* part : {&expr.fold->range, &expr.fold->init, &expr.fold->condition, &expr.fold->step, &expr.fold->result}) finish(**part);
    }

    const Environment& environment_;
    Issues& issues_;
    TypeMatch match_;
    std::vector<Local> locals_;
    CheckOutcome out_;
};

}  // namespace

CheckOutcome check(Expr& root, const Environment& environment, Issues& issues) { return Checker(environment, issues).run(root); }

}  // namespace skiff::cel
