// Loops: what the macros become. all() and exists() are known by their form and keep no more than a verdict.
#include "cel/evaluator.h"

namespace skiff::cel {
namespace {

constexpr uint64_t kStepWork = 2;   // of a loop that is neither all() nor exists(), besides its cost

std::string_view go_type(const Value& value) {
    switch (value.kind()) {
        case ValueKind::Null: return "types.Null";
        case ValueKind::Bool: return "types.Bool";
        case ValueKind::Int: return "types.Int";
        case ValueKind::Uint: return "types.Uint";
        case ValueKind::Double: return "types.Double";
        case ValueKind::String: return "types.String";
        case ValueKind::Bytes: return "types.Bytes";
        case ValueKind::Timestamp: return "types.Timestamp";
        case ValueKind::Duration: return "types.Duration";
        case ValueKind::Optional: return "*types.Optional";
        default: return "*types.Type";
    }
}

bool iterable(const Value& range) { return range.is(ValueKind::List) || range.is(ValueKind::Map) || range.is(ValueKind::Object); }

}  // namespace

const Value& Evaluator::run_loop(const Expr& expr, Value& room) {
    const Fold& fold = *expr.fold;
    Value own;
    const Value& range = eval(*fold.range, own);
    if (range.is_error()) return hand_over(range, own, room);
    if (!iterable(range)) {
        if (!fold.var2.empty()) return room = Value::error("unsupported comprehension range type: " + std::string(go_type(range)));
        return room = Value::error("got '" + std::string(go_type(range)) + "', expected iterable type");
    }
    Frame& frame = frames_[expr.slot];
    frame.fold = &fold;
    frame.initialized = false;
    if (expr.op == Op::Fold) each(fold, range, frame, [&] { return step(frame); });
    else each(fold, range, frame, [&] { return quantify(frame, expr.op == Op::Exists); });
    const Value& out = eval(*fold.result, room);
    if (&out == &frame.accumulator) room = std::move(frame.accumulator);
    else if (&out != &room) room = out;
    frame.accumulator = Value();
    return room;
}

// Calls `step` with each item in the frame, until it is false.
template <typename Step>
void Evaluator::each(const Fold& fold, const Value& range, Frame& frame, const Step& step) {
    const bool two = !fold.var2.empty();
    if (range.is(ValueKind::List)) {
        const ItemReader items(range);
        for (size_t i = 0; i < items.size(); ++i) {
            (two ? frame.second : frame.first) = items.at(i);
            if (two) frame.first = Value::of_int(static_cast<int64_t>(i));
            if (!step()) return;
        }
    } else if (!two) {
        range.each_key([&](const Value& key) {
            frame.first = key;
            return step();
        });
    } else {
        range.each_entry([&](const Value& key, const Value& value) {
            frame.first = key;
            frame.second = value;
            return step();
        });
    }
}

bool Evaluator::step(Frame& frame) {
    worked(kStepWork);
    Value own;
    const Value& condition = eval(*frame.fold->condition, own);
    if (cancelled_ || (condition.is(ValueKind::Bool) && !condition.as_bool())) return false;
    Value room;
    const Value& next = eval_step(*frame.fold->step, room);
    if (&next == &room) frame.accumulator = std::move(room);
    else if (&next != &frame.accumulator) frame.accumulator = next;
    frame.initialized = true;
    return !cancelled_;
}

// One step of all() or exists(), which end at the value `until`: the condition reads the verdict and asks whether it is decided (exists()
// negates it before), then the step reads it again.
bool Evaluator::quantify(Frame& frame, bool until) {
    if (cancelled_) return false;
    if (!frame.initialized) frame.accumulator = Value::of(!until);
    frame.initialized = true;
    charge(until ? 3 : 2);
    if (frame.accumulator.is(ValueKind::Bool) && frame.accumulator.as_bool() == until) return false;
    charge(1);
    if (cancelled_) return false;
    Value room;
    const Value& verdict = eval_step(*frame.fold->step->args[1], room);
    if (cancelled_) return false;
    if (verdict.is(ValueKind::Bool)) {
        if (verdict.as_bool() == until) frame.accumulator = Value::of(until);
    } else if (!frame.accumulator.is_error()) {
        frame.accumulator = verdict.is_error() ? verdict : no_such_overload();
    }
    return true;
}

}  // namespace skiff::cel
