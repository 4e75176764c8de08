// What a node is worth: the way to the parts that know, logic, and the limits.
#include "cel/evaluator.h"

namespace skiff::cel {
namespace {

// In steps: a pattern that is compiled, each instruction of it, and one that turns out to be too large. The optimiser looks at what can follow
// what, so that of many instructions each takes longer: by a step for so many of them.
constexpr uint64_t kPatternWork = 300, kInstructionWork = 32, kInstructionsOfMore = 20, kFailedWork = 2000;

uint64_t work_of(const Regex& compiled) {
    const uint64_t instructions = compiled.program_size();
    return instructions * (kInstructionWork + instructions / kInstructionsOfMore);
}

}  // namespace

const Value& cancelled_value() {
    static const Value value = Value::error(kCancelled);
    return value;
}

Evaluator::Evaluator(const Plan& plan, std::span<const Binding> bindings, const RegexTable& regexes, Patterns* patterns, Limits limits)
    : regexes_(regexes), patterns_(patterns ? patterns : &own_patterns_), limits_(limits), frames_(plan.frames), memos_(plan.memos) {
    for (const std::string& name : plan.inputs) {
        const Value* found = nullptr;
        for (const auto& binding : bindings)
            if (!found && binding.name == name) found = &binding.value;
        inputs_.push_back(found);
    }
}

Evaluation Evaluator::run(const Expr& root) {
    Evaluation out;
    Value room;
    const Value& value = eval(root, room);
    if (&value == &room) out.value = std::move(room);
    else out.value = value;
    out.cost = cost_;
    out.work = work_ + cost_ / kUnitsOfStep;
    out.cancelled = cancelled_;
    if (cancelled_) out.value = cancelled_value();
    return out;
}

Result<Regex> Evaluator::regex(std::string_view pattern) {
    if (auto it = regexes_.find(pattern); it != regexes_.end()) {
        pattern_size_ = it->second.program_size();
        return it->second;
    }
    bool fresh = false;
    auto found = patterns_->find(pattern, fresh);
    if (fresh) worked(kPatternWork + (found.ok() ? work_of(*found) : kFailedWork));
    if (found.ok()) pattern_size_ = found->program_size();
    return found;
}

const Value& Evaluator::eval(const Expr& expr, Value& room) {
    if (cancelled_) return cancelled_value();
    switch (expr.op) {
        case Op::Constant: return expr.literal;
        case Op::First:
            charge(1);
            return frames_[expr.slot].first;
        case Op::Second:
        case Op::Accumulator:
        case Op::Input:
        case Op::Select:
        case Op::Test:
        case Op::Index:
        case Op::OptionalIndex:
        case Op::OptionalSelect:
        case Op::Conditional: {
            const Value& out = resolve(expr, room);
            if (expr.costs_root) charge(1);
            return out;
        }
        case Op::And: return logical(expr, room, false);
        case Op::Or: return logical(expr, room, true);
        case Op::OrValue: return optional_or(expr, room);
        case Op::NotStrictlyFalse: return not_strictly_false(expr, room);
        case Op::Not: return negated(expr, room);
        case Op::Size: return measured(expr, room);
        case Op::InSet: return in_set(expr, room);
        case Op::Dyn: return as_dyn(expr, room);
        case Op::Known: return known(expr, room);
        case Op::Matches: return matches(expr, room);
        case Op::In:
        case Op::Equals:
        case Op::NotEquals:
        case Op::Less:
        case Op::LessEqual:
        case Op::Greater:
        case Op::GreaterEqual:
        case Op::Add:
        case Op::Subtract:
        case Op::Multiply:
        case Op::Divide:
        case Op::Modulo: return binary(expr, room);
        case Op::Append: return append(expr, room);
        case Op::List: return room = make_list(expr);
        case Op::Map: return room = make_map(expr);
        case Op::Struct: return room = make_struct(expr);
        case Op::Fold:
        case Op::All:
        case Op::Exists: return run_loop(expr, room);
        case Op::TypeName: {
            const Type::Kind kind = expr.type->params[0]->kind;
            return room = Value::type_value(kind == Type::Kind::Timestamp ? "google.protobuf.Timestamp" : kind == Type::Kind::Duration ? "google.protobuf.Duration" : expr.name);
        }
        case Op::Call: break;
    }
    return call(expr, room);
}

const Value& Evaluator::logical(const Expr& expr, Value& room, bool stop_at) {
    bool any_failed = false;
    Value failure, own;
    for (const auto& term : expr.args) {
        const Value& value = eval_step(*term, own);
        if (cancelled_) return cancelled_value();
        if (!value.is(ValueKind::Bool)) {
            if (!any_failed) failure = value.is_error() ? value : no_such_overload();
            any_failed = true;
        } else if (value.as_bool() == stop_at) {
            return truth(stop_at);
        }
    }
    if (any_failed) return room = std::move(failure);
    return truth(!stop_at);
}

const Value& Evaluator::optional_or(const Expr& expr, Value& room) {
    Value own;
    const Value& left = eval(*expr.args[0], own);
    if (!left.is(ValueKind::Optional)) return hand_over(left, own, room);
    if (!left.held()) return eval(*expr.args[1], room);
    if (expr.name == "or") return hand_over(left, own, room);
    return room = *left.held();
}

Evaluation evaluate(const Expr& root, const Plan& plan, std::span<const Binding> bindings, const RegexTable& regexes, Patterns* patterns, Limits limits) {
    return Evaluator(plan, bindings, regexes, patterns, limits).run(root);
}

}  // namespace skiff::cel
