#include "cel/macros.h"

#include <algorithm>

#include <fmt/core.h>

namespace skiff::cel {

ExprPtr make_expr(Expr::Kind kind, Place place, std::string name) {
    auto expr = std::make_unique<Expr>();
    expr->kind = kind;
    expr->place = place;
    expr->name = std::move(name);
    return expr;
}

ExprPtr make_literal(Place place, Value value) {
    auto expr = make_expr(Expr::Kind::Literal, place);
    expr->literal = std::move(value);
    return expr;
}

ExprPtr make_call(Place place, std::string_view function, ExprPtr a, ExprPtr b, ExprPtr c) {
    auto expr = make_expr(Expr::Kind::Call, place, std::string(function));
    for (ExprPtr* arg : {&a, &b, &c}) {
        if (!*arg) continue;
        expr->depth = std::max<uint16_t>(expr->depth, (*arg)->depth);
        expr->args.push_back(std::move(*arg));
    }
    return expr;
}

ExprPtr copy_expr(const Expr& expr) {
    auto out = make_expr(expr.kind, expr.place, expr.name);
    out->test_only = expr.test_only;
    out->member = expr.member;
    out->depth = expr.depth;
    out->literal = expr.literal;
    for (const auto& arg : expr.args) out->args.push_back(copy_expr(*arg));
    out->fields = expr.fields;
    out->optional = expr.optional;
    out->entry_places = expr.entry_places;
    if (!expr.fold) return out;
    const Fold& from = *expr.fold;
    out->fold = std::make_unique<Fold>(Fold{copy_expr(*from.range), copy_expr(*from.init), copy_expr(*from.condition), copy_expr(*from.step), copy_expr(*from.result),
                                            from.var, from.var2, from.accumulator});
    return out;
}

namespace {

constexpr size_t kCopiedNodesMax = 5'000;

// Nodes of the tree; stops counting beyond `most`.
size_t count_nodes(const Expr& expr, size_t most) {
    size_t count = 1;
    auto add = [&](const ExprPtr& part) {
        if (count <= most) count += count_nodes(*part, most - count + 1);
    };
    for (const auto& arg : expr.args) add(arg);
    if (expr.fold)
        for (const ExprPtr* part : {&expr.fold->range, &expr.fold->init, &expr.fold->condition, &expr.fold->step, &expr.fold->result}) add(*part);
    return count;
}

ExprPtr make_list(Place place, ExprPtr item = nullptr) {
    auto list = make_expr(Expr::Kind::List, place);
    if (!item) return list;
    list->depth = item->depth;
    list->optional.push_back(false);
    list->args.push_back(std::move(item));
    return list;
}

ExprPtr make_fold(Place place, Fold fold) {
    auto expr = make_expr(Expr::Kind::Fold, place);
    for (const auto* part : {&fold.range, &fold.init, &fold.condition, &fold.step, &fold.result}) expr->depth = std::max(expr->depth, (*part)->depth);
    expr->fold = std::make_unique<Fold>(std::move(fold));
    return expr;
}

class Expansion {
public:
    Expansion(MacroCall& call, Issues& issues) : call_(call), args_(call.args), at_(call.place), issues_(issues) {}

    ExprPtr has() {
        if (args_[0]->kind != Expr::Kind::Select || args_[0]->test_only) return fail(args_[0]->place, "invalid argument to has() macro");
        args_[0]->test_only = true;
        // The presence test stands where the macro does, and the selection is its operand.
        args_[0]->place = at_;
        return std::move(args_[0]);
    }

    ExprPtr quantifier(size_t vars) {
        Fold fold;
        if (!variables(fold, vars, "argument must be a simple name")) return literal();
        ExprPtr predicate = std::move(args_[vars]);
        if (call_.function == "all") {
            fold.init = make_literal(at_, Value::of(true));
            fold.condition = make_call(at_, "@not_strictly_false", accumulator());
            fold.step = make_call(at_, "_&&_", accumulator(), std::move(predicate));
            fold.result = accumulator();
        } else if (call_.function == "exists") {
            fold.init = make_literal(at_, Value::of(false));
            fold.condition = make_call(at_, "@not_strictly_false", make_call(at_, "!_", accumulator()));
            fold.step = make_call(at_, "_||_", accumulator(), std::move(predicate));
            fold.result = accumulator();
        } else {
            fold.init = make_literal(at_, Value::of_int(0));
            fold.condition = make_literal(at_, Value::of(true));
            auto one_more = make_call(at_, "_+_", accumulator(), make_literal(at_, Value::of_int(1)));
            fold.step = make_call(at_, "_?_:_", std::move(predicate), std::move(one_more), accumulator());
            fold.result = make_call(at_, "_==_", accumulator(), make_literal(at_, Value::of_int(1)));
        }
        return finish(std::move(fold));
    }

    // map(x, [filter,] f), filter(x, p), transformList(i, v, [filter,] f)
    ExprPtr collect(size_t vars) {
        Fold fold;
        if (!variables(fold, vars, vars == 1 ? "argument is not an identifier" : "argument must be a simple name")) return literal();
        bool filters = call_.function == "filter";
        ExprPtr filter = filters || args_.size() > vars + 1 ? std::move(args_[vars]) : nullptr;
        ExprPtr item = filters ? std::move(args_[0]) : std::move(args_.back());
        fold.init = make_list(at_);
        return transform(std::move(fold), std::move(filter), make_call(at_, "_+_", accumulator(), make_list(at_, std::move(item))));
    }

    ExprPtr transform_map() {
        Fold fold;
        if (!variables(fold, 2, "argument must be a simple name")) return literal();
        ExprPtr filter = args_.size() == 4 ? std::move(args_[2]) : nullptr;
        ExprPtr item = std::move(args_.back());
        fold.init = make_expr(Expr::Kind::Map, at_);
        ExprPtr step = call_.function == "transformMap"
                           ? make_call(at_, "cel.@mapInsert", accumulator(), make_expr(Expr::Kind::Ident, at_, fold.var), std::move(item))
                           : make_call(at_, "cel.@mapInsert", accumulator(), std::move(item));
        return transform(std::move(fold), std::move(filter), std::move(step));
    }

    // The target is evaluated twice, so it stands twice in the tree; chains of these macros would double it again and again.
    ExprPtr optional_map() {
        if (count_nodes(*call_.target, kCopiedNodesMax) > kCopiedNodesMax) return fail(at_, fmt::format("expression of {}() is too large", call_.function));
        if (args_[0]->kind != Expr::Kind::Ident) return fail(args_[0]->place, std::string(call_.function) + "() variable name must be a simple identifier");
        auto has_value = make_call(at_, "hasValue", copy_expr(*call_.target));
        has_value->member = true;
        auto held = make_call(at_, "value", std::move(call_.target));
        held->member = true;
        Fold fold;
        fold.range = make_list(at_);
        fold.var = "#unused";
        fold.accumulator = args_[0]->name;
        fold.init = std::move(held);
        fold.condition = make_literal(at_, Value::of(false));
        fold.step = make_expr(Expr::Kind::Ident, at_, args_[0]->name);
        fold.result = std::move(args_[1]);
        ExprPtr inner = make_fold(at_, std::move(fold));
        if (call_.function == "optMap") inner = make_call(at_, "optional.of", std::move(inner));
        return make_call(at_, "_?_:_", std::move(has_value), std::move(inner), make_call(at_, "optional.none"));
    }

    // cel.bind(name, value, expression): a fold over nothing whose accumulator is the name.
    ExprPtr bind() {
        if (args_[0]->kind != Expr::Kind::Ident) return fail(args_[0]->place, "cel.bind() variable names must be simple identifiers");
        Fold fold;
        fold.range = make_list(at_);
        fold.var = "#unused";
        fold.accumulator = args_[0]->name;
        fold.init = std::move(args_[1]);
        fold.condition = make_literal(at_, Value::of(false));
        fold.step = make_expr(Expr::Kind::Ident, at_, args_[0]->name);
        fold.result = std::move(args_[2]);
        return make_fold(at_, std::move(fold));
    }

private:
    ExprPtr accumulator() { return make_expr(Expr::Kind::Ident, at_, kAccumulator); }
    ExprPtr literal() { return make_literal(at_, Value()); }

    ExprPtr fail(Place place, std::string message) {
        issues_.report(place, std::move(message));
        return literal();
    }

    bool variables(Fold& fold, size_t count, const char* not_a_name) {
        for (size_t i = 0; i < count; ++i) {
            const Expr& arg = *args_[i];
            std::string mistake;
            if (arg.kind != Expr::Kind::Ident) mistake = not_a_name;
            else if (arg.name == kAccumulator || arg.name == "__result__") mistake = "iteration variable overwrites accumulator variable";
            else if (i == 1 && arg.name == fold.var) mistake = "duplicate variable name: " + arg.name;
            if (!mistake.empty()) {
                issues_.report(arg.place, std::move(mistake));
                return false;
            }
            (i == 0 ? fold.var : fold.var2) = arg.name;
        }
        return true;
    }

    ExprPtr transform(Fold fold, ExprPtr filter, ExprPtr step) {
        fold.condition = make_literal(at_, Value::of(true));
        fold.step = filter ? make_call(at_, "_?_:_", std::move(filter), std::move(step), accumulator()) : std::move(step);
        fold.result = accumulator();
        return finish(std::move(fold));
    }

    ExprPtr finish(Fold fold) {
        fold.range = std::move(call_.target);
        fold.accumulator = kAccumulator;
        return make_fold(at_, std::move(fold));
    }

    MacroCall& call_;
    std::vector<ExprPtr>& args_;
    Place at_;
    Issues& issues_;
};

}  // namespace

ExprPtr expand_macro(MacroCall& call, Issues& issues) {
    std::string_view f = call.function;
    size_t count = call.args.size();
    Expansion expansion(call, issues);
    if (!call.target) return f == "has" && count == 1 ? expansion.has() : nullptr;
    if (call.bindings && f == "bind" && count == 3 && call.target->kind == Expr::Kind::Ident && call.target->name == "cel") return expansion.bind();
    bool quantifies = f == "all" || f == "exists" || f == "exists_one";
    if ((quantifies && (count == 2 || count == 3)) || (f == "existsOne" && count == 3)) return expansion.quantifier(count - 1);
    if ((f == "map" && (count == 2 || count == 3)) || (f == "filter" && count == 2)) return expansion.collect(1);
    if (f == "transformList" && (count == 3 || count == 4)) return expansion.collect(2);
    if ((f == "transformMap" || f == "transformMapEntry") && (count == 3 || count == 4)) return expansion.transform_map();
    if ((f == "optMap" || f == "optFlatMap") && count == 2) return expansion.optional_map();
    return nullptr;
}

}  // namespace skiff::cel
