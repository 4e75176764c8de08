// What the evaluator does at each node, decided before the first evaluation: by which number a call goes and what it costs, in which slot a
// variable stands, and which loops are those of all(), exists(), map() and filter().
#include <algorithm>

#include "cel/compiled.h"
#include "cel/functions.h"

namespace skiff::cel {
namespace {

Op op_of_call(std::string_view name) {
    constexpr std::pair<std::string_view, Op> kOps[] = {
        {"_&&_", Op::And}, {"_||_", Op::Or}, {"_?_:_", Op::Conditional}, {"_[_]", Op::Index}, {"_[?_]", Op::OptionalIndex}, {"_?._", Op::OptionalSelect},
        {"or", Op::OrValue}, {"orValue", Op::OrValue}, {"@not_strictly_false", Op::NotStrictlyFalse}, {"@in", Op::In}, {"_==_", Op::Equals}, {"_!=_", Op::NotEquals},
        {"!_", Op::Not}, {"size", Op::Size}, {"_<_", Op::Less}, {"_<=_", Op::LessEqual}, {"_>_", Op::Greater}, {"_>=_", Op::GreaterEqual}, {"_+_", Op::Add},
        {"_-_", Op::Subtract}, {"_*_", Op::Multiply}, {"_/_", Op::Divide}, {"_%_", Op::Modulo}, {"dyn", Op::Dyn}};
    for (const auto& [known, op] : kOps)
        if (known == name) return op;
    return Op::Call;
}

Op op_of(const Expr& expr) {
    if (expr.constant) return Op::Constant;
    switch (expr.kind) {
        case Expr::Kind::Literal: return Op::Constant;
        case Expr::Kind::Ident: return expr.is_type_name ? Op::TypeName : Op::Input;
        case Expr::Kind::Select: return expr.test_only ? Op::Test : Op::Select;
        case Expr::Kind::List: return Op::List;
        case Expr::Kind::Map: return Op::Map;
        case Expr::Kind::Struct: return Op::Struct;
        case Expr::Kind::Fold: return Op::Fold;
        case Expr::Kind::Call: break;
    }
    return op_of_call(expr.name);
}

bool selects(Op op) { return op == Op::Select || op == Op::Test || op == Op::Index || op == Op::OptionalIndex || op == Op::OptionalSelect; }

// Lists of plain literals are looked up without cost.
bool is_set(const Value& list) {
    if (!list.is(ValueKind::List)) return false;
    for (size_t i = 0; i < list.size(); ++i) {
        const ValueKind kind = list.at(i).kind();
        if (kind != ValueKind::Bool && kind != ValueKind::Int && kind != ValueKind::Uint && kind != ValueKind::Double && kind != ValueKind::String) return false;
    }
    return true;
}

// A call of constants gives the same at each step.
bool is_known(const Expr& call) {
    return !call.args.empty() && std::all_of(call.args.begin(), call.args.end(), [](const ExprPtr& arg) { return arg->op == Op::Constant; });
}

bool takes_ints(const Expr& call) {
    if (call.op == Op::Equals || call.op == Op::NotEquals) return true;
    const Value ints[] = {Value::of_int(1), Value::of_int(1)};
    return std::any_of(call.overloads.begin(), call.overloads.end(), [&](const Overload* overload) { return overload->implementation && overload->accepts(ints); });
}

void plan_call(Expr& call) {
    const std::string& name = call.name;
    if (call.op == Op::Dyn && call.args.size() != 1) call.op = Op::Call;
    call.counted = call.op == Op::Call && name[0] != '_' && name[0] != '-' && !name.starts_with("cel.");
    call.charge = charge_of_call(call);
    call.of_ints = call.args.size() == 2 && takes_ints(call);
    if (call.op == Op::In && call.overloads.size() == 1 && call.args[1]->constant && is_set(call.args[1]->literal)) call.charge = Charge::Free;
}

class Slots {
public:
    explicit Slots(Plan& out) : out_(out) {}

    void visit(Expr& expr) { visit(expr, nullptr, 0); }

private:
    struct Scope {
        const Fold* fold;
        uint32_t frame;
        const Scope* outer;
        bool in_result = false;
    };

    void visit(Expr& expr, const Scope* scope, uint32_t depth) {
        if (expr.op == Op::Constant) return;
        if (expr.op == Op::Input) return variable(expr, scope);
        if (expr.op == Op::Call && is_known(expr)) expr.op = Op::Known;
        if (selects(expr.op) || expr.op == Op::Known || expr.op == Op::Matches || expr.op == Op::Size) expr.slot = static_cast<uint32_t>(out_.memos++);
        for (auto& arg : expr.args) visit(*arg, scope, depth);
        if (expr.fold) return loop(expr, scope, depth);
        const bool appends = expr.op == Op::Add && expr.overloads.size() == 1 && expr.overloads[0]->id == "add_list" && expr.args[0]->op == Op::Accumulator &&
                             expr.args[1]->op == Op::List && expr.args[1]->args.size() == 1 && !expr.args[1]->optional[0];
        if (appends) expr.op = Op::Append;
    }

    // Frames are numbered by depth, the parts that are computed outside of the loop included.
    void loop(Expr& expr, const Scope* scope, uint32_t depth) {
        Fold& fold = *expr.fold;
        expr.slot = depth;
        out_.frames = std::max<size_t>(out_.frames, depth + 1);
        visit(*fold.range, scope, depth + 1);
        visit(*fold.init, scope, depth + 1);
        Scope inner{&fold, depth, scope};
        visit(*fold.condition, &inner, depth + 1);
        visit(*fold.step, &inner, depth + 1);
        inner.in_result = true;
        visit(*fold.result, &inner, depth + 1);
        expr.op = kind_of_loop(fold, depth);
    }

    static Op kind_of_loop(const Fold& fold, uint32_t frame) {
        auto own = [&](const Expr& part) { return part.op == Op::Accumulator && part.slot == frame; };
        if (fold.condition->op != Op::NotStrictlyFalse || !own(*fold.result) || fold.init->op != Op::Constant || fold.step->args.size() != 2 || !own(*fold.step->args[0])) return Op::Fold;
        const Expr& asked = *fold.condition->args[0];
        if (fold.step->op == Op::And && own(asked) && fold.init->literal.is_true()) return Op::All;
        if (fold.step->op == Op::Or && asked.op == Op::Not && own(*asked.args[0]) && fold.init->literal.is(ValueKind::Bool) && !fold.init->literal.is_true()) return Op::Exists;
        return Op::Fold;
    }

    void variable(Expr& expr, const Scope* scope) {
        for (; scope; scope = scope->outer) {
            expr.slot = scope->frame;
            expr.op = Op::Accumulator;
            if (expr.name == scope->fold->accumulator) return;
            if (scope->in_result) continue;
            expr.op = Op::First;
            if (expr.name == scope->fold->var) return;
            expr.op = Op::Second;
            if (!scope->fold->var2.empty() && expr.name == scope->fold->var2) return;
        }
        expr.op = Op::Input;
        auto it = std::find(out_.inputs.begin(), out_.inputs.end(), expr.name);
        expr.slot = static_cast<uint32_t>(it - out_.inputs.begin());
        if (it == out_.inputs.end()) out_.inputs.push_back(expr.name);
    }

    Plan& out_;
};

}  // namespace

void plan_node(Expr& expr) {
    expr.op = op_of(expr);
    if (expr.kind == Expr::Kind::Call) plan_call(expr);
    const Expr* root = &expr;
    while (selects(root->op)) root = root->args[0].get();
    expr.costs_root = root->op != Op::Conditional && !expr.test_only;
}

Plan plan(Expr& root) {
    Plan out;
    Slots(out).visit(root);
    return out;
}

}  // namespace skiff::cel
