// Calls: operators that the evaluator does itself, the functions of the libraries, and what they take besides their cost.
#include <algorithm>
#include <array>

#include "cel/evaluator.h"

namespace skiff::cel {
namespace {

// In steps: a call of a function, a mistake, a member that is made; the bytes that are read in one step, and the steps to make them.
constexpr uint64_t kCallWork = 3, kFailureWork = 5, kMemberWork = 8, kBytesOfStep = 64, kInstructionsOfStep = 100, kMadeWork = 48, kSearchWork = 6, kOpaqueWork = 20, kTextWork = 6;
constexpr uint64_t kPatternWork = 8, kShownWork = 6;   // a pattern that is looked for, a value that format() shows
constexpr size_t kCharactersOfUnit = 10;

// Whether an operand of this kind would be asked to run the operator (cel-go's traits), which decides the words of the mistake.
bool has_receiver(const Value& value) { return value.is(ValueKind::String) || value.is(ValueKind::Duration) || value.is(ValueKind::Timestamp); }

Value no_overload(const Expr& call, std::span<const Value> args) {
    const std::string& name = call.name;
    if (name == "startsWith" || name == "endsWith" || name == "contains" || name == "!_") return no_such_overload();
    bool is_operator = name[0] == '_' || name == "-_" || name == "size" || name == "matches" || name[0] == '@';
    if (!is_operator) {
        if (name == "find" || name == "findAll") return no_such_overload();
        std::string types;
        for (const auto& arg : args) types += (types.empty() ? "" : ", ") + arg.type_name();
        return Value::error("no such overload: " + name + "(" + types + ")");
    }
    bool number = args[0].is(ValueKind::Int) || args[0].is(ValueKind::Uint) || args[0].is(ValueKind::Double);
    bool runs = has_receiver(args[0]) || (number && name != "size" && name != "matches") ||
                (name == "_+_" && (args[0].is(ValueKind::List) || args[0].is(ValueKind::Bytes))) ||
                ((args[0].is(ValueKind::Bytes) || args[0].is(ValueKind::Bool)) && (name[1] == '<' || name[1] == '>')) || name[0] == '@';
    return Value::error(runs ? "no such overload" : "no such overload: " + name);
}

uint64_t values_in(const json::Value& value) {
    uint64_t values = 1 + value.as_string().size() / kBytesOfStep;
    for (const json::Value& item : value.items()) values += values_in(item);
    for (const json::Member& member : value.members()) values += values_in(member.value);
    return values;
}

bool same_scalar(const json::Value& a, const Value& b) {
    if (b.is(ValueKind::Int)) return a.is_int() && a.as_int() == b.as_int();
    return a.is_string() && a.as_string() == b.text();
}

}  // namespace

const Value& Evaluator::call(const Expr& expr, Value& room) {
    if (expr.args.size() == 1) {
        Value arg;
        return call_with(expr, std::span<Value>(&arg, 1), room);
    }
    if (expr.args.size() == 2) {
        Value args[2];
        return call_with(expr, args, room);
    }
    std::vector<Value> args(expr.args.size());
    return call_with(expr, args, room);
}

const Value& Evaluator::call_with(const Expr& expr, std::span<Value> args, Value& room) {
    const size_t count = args.size();
    worked(kCallWork);
    const Value* failure = nullptr;
    for (size_t i = 0; i < count; ++i) {
        const Value& arg = eval(*expr.args[i], args[i]);
        if (&arg != &args[i]) args[i] = arg;
        if (!args[i].is_error() || failure) continue;
        failure = &args[i];
        // Calls with three arguments and more stop at the first failure, before they cost.
        if (count > 2) return failed(args[i], room);
    }
    if (cancelled_) return cancelled_value();
    room = failure ? *failure : apply(expr, args);
    charge(count ? call_cost(expr.charge, args[0], count > 1 ? &args[1] : nullptr, room) : 1);
    if (expr.counted) count_work(expr, args, room);
    return room;
}

const Value& Evaluator::as_dyn(const Expr& expr, Value& room) {
    const Value& value = eval(*expr.args[0], room);
    if (!cancelled_) charge(1);
    return value;
}

const Value& Evaluator::known(const Expr& expr, Value& room) {
    Memo& memo = memos_[expr.slot];
    if (memo.found) {
        charge(memo.cost);
        worked(1);
        return memo.value;
    }
    const uint64_t before = cost_;
    memo.value = call(expr, room);
    memo.cost = cost_ - before;
    memo.found = true;
    return memo.value;
}

// A pattern that stands in the expression. What a loop asks again and again of a document's texts is remembered.
const Value& Evaluator::matches(const Expr& expr, Value& room) {
    constexpr size_t kOften = 64, kRemembered = 32'768;
    Value own;
    const Value& text = eval(*expr.args[0], own);
    if (cancelled_) return cancelled_value();
    const bool plain = text.is(ValueKind::String);
    const bool often = plain && ++memos_[expr.slot].place > kOften && NodeAccess::get<TextNode>(text) == nullptr;
    const Asked asked{text.text().data(), text.text().size(), expr.slot};
    auto it = often ? matched_.find(asked) : matched_.end();
    bool found = false;
    if (it != matched_.end()) {
        found = it->second;
    } else if (plain) {
        found = expr.pattern->search(text.text());
        worked(kSearchWork + text.text().size() / kBytesOfStep + text.text().size() * expr.pattern->program_size() / kInstructionsOfStep);
        if (often && matched_.size() < kRemembered) matched_.emplace(asked, found);
    } else {
        room = text.is_error() ? text : apply(expr, std::array<Value, 2>{text, expr.args[1]->literal});
    }
    charge(call_cost(expr.charge, text, &expr.args[1]->literal, room));
    return plain ? truth(found) : room;
}

// What is most frequent needs neither overloads nor copies. Null when the result is a mistake, whose words are the operator's.
inline const Value* Evaluator::of_ints(const Expr& expr, int64_t a, int64_t b, Value& room) {
    int64_t out = 0;
    switch (expr.op) {
        case Op::Equals: return &truth(a == b);
        case Op::NotEquals: return &truth(a != b);
        case Op::Less: return &truth(a < b);
        case Op::LessEqual: return &truth(a <= b);
        case Op::Greater: return &truth(a > b);
        case Op::GreaterEqual: return &truth(a >= b);
        case Op::Add:
            if (__builtin_add_overflow(a, b, &out)) return nullptr;
            break;
        case Op::Subtract:
            if (__builtin_sub_overflow(a, b, &out)) return nullptr;
            break;
        case Op::Multiply:
            if (__builtin_mul_overflow(a, b, &out)) return nullptr;
            break;
        case Op::Divide:
        case Op::Modulo:
            if (b == 0 || b == -1) return nullptr;
            out = expr.op == Op::Divide ? a / b : a % b;
            break;
        default: return nullptr;
    }
    worked(1);
    room = Value::of_int(out);
    return &room;
}

// Operators with two operands.
const Value& Evaluator::binary(const Expr& expr, Value& room) {
    const Expr &first = *expr.args[0], &second = *expr.args[1];
    if (const Value* left = at_hand(first)) {
        if (const Value* right = at_hand(second)) return combined(expr, *left, *right, room);
        Value own;
        return combined(expr, *left, eval(second, own), room);
    }
    Value own_left, own_right;
    const Value& left = eval(first, own_left);
    const Value* right = at_hand(second);
    return combined(expr, left, right ? *right : eval(second, own_right), room);
}

const Value& Evaluator::combined(const Expr& expr, const Value& left, const Value& right, Value& room) {
    if (cancelled_) return cancelled_value();
    if (expr.of_ints && left.is(ValueKind::Int) && right.is(ValueKind::Int))
        if (const Value* out = of_ints(expr, left.as_int(), right.as_int(), room)) {
            charge(1);
            return *out;
        }
    if ((expr.op == Op::Equals || expr.op == Op::NotEquals) && left.is(ValueKind::String) && right.is(ValueKind::String)) {
        // Ten characters and less cost one.
        const size_t shorter = std::min(left.text().size(), right.text().size());
        charge(shorter - 1 < kCharactersOfUnit ? 1 : call_cost(expr.charge, left, &right, true_));
        return truth((left.text() == right.text()) == (expr.op == Op::Equals));
    }
    if (left.is_error() || right.is_error()) room = left.is_error() ? left : right;
    else if (expr.op == Op::In) room = contains(left, right);
    else if (expr.op == Op::Equals || expr.op == Op::NotEquals) {
        room = left.equals(right);
        if (expr.op == Op::NotEquals && !room.is_error()) room = Value::of(!room.is_true());
        const size_t size = left.size_if_container();
        if (size > 0 && size == right.size_if_container()) worked(comparison_work(left));
    } else {
        const Value args[2] = {left, right};
        room = apply(expr, args);
        worked(NodeAccess::get<TextNode>(room) ? kTextWork + room.text().size() / kBytesOfStep : 1);
    }
    charge(call_cost(expr.charge, left, &right, room));
    return room;
}

const Value& Evaluator::negated(const Expr& expr, Value& room) {
    Value own;
    const Value& value = eval(*expr.args[0], own);
    if (cancelled_) return cancelled_value();
    charge(1);
    if (value.is(ValueKind::Bool)) return truth(!value.as_bool());
    if (value.is_error()) return hand_over(value, own, room);
    return room = no_overload(expr, std::span<const Value>(&value, 1));
}

const Value& Evaluator::not_strictly_false(const Expr& expr, Value&) {
    Value own;
    const Value& value = eval(*expr.args[0], own);
    if (cancelled_) return cancelled_value();
    charge(1);
    return truth(!value.is(ValueKind::Bool) || value.as_bool());
}

const Value& Evaluator::in_set(const Expr& expr, Value& room) {
    Value own;
    const Value& value = eval(*expr.args[0], own);
    if (cancelled_) return cancelled_value();
    if (value.is_error()) return hand_over(value, own, room);
    return truth(expr.set->count(key_text(value)) != 0);
}

const Value& Evaluator::measured(const Expr& expr, Value& room) {
    Value own;
    const Value& value = eval(*expr.args[0], own);
    if (cancelled_) return cancelled_value();
    // What a loop asks again and again of a text of a document is counted once.
    const bool large = value.is(ValueKind::String) && value.text().size() > kBytesOfStep && !NodeAccess::get<TextNode>(value) && expr.slot < memos_.size();
    if (large && memos_[expr.slot].place == reinterpret_cast<size_t>(value.text().data())) {
        charge(memos_[expr.slot].cost);
        return memos_[expr.slot].value;
    }
    worked(value.text().size() / kBytesOfStep);
    room = value.is_error() ? value : apply(expr, std::span<const Value>(&value, 1));
    const uint64_t cost = call_cost(expr.charge, value, nullptr, room);
    charge(cost);
    if (large) {
        memos_[expr.slot].place = reinterpret_cast<size_t>(value.text().data());
        memos_[expr.slot].cost = cost;
        memos_[expr.slot].value = room;
    }
    return room;
}

Value Evaluator::apply(const Expr& expr, std::span<const Value> args) {
    for (const Overload* overload : expr.overloads)
        if (overload->implementation && overload->accepts(args)) {
            Value out = overload->implementation(args, *this);
            if (out.is_error()) worked(kFailureWork);
            return out;
        }
    return no_overload(expr, args);
}

// Documents are counted once: a loop may compare the same ones again and again.
uint64_t Evaluator::comparison_work(const Value& value) {
    constexpr size_t kLarge = 16;
    if (!value.document()) return weight_of(value);
    if (value.size() < kLarge) return values_in(*value.document());
    auto [it, is_new] = sizes_.try_emplace(value.document(), 0);
    if (is_new) it->second = values_in(*value.document());
    return it->second;
}

Value Evaluator::contains(const Value& item, const Value& in) {
    if (in.is(ValueKind::Map) || in.is(ValueKind::Object)) {
        size_t place = 0;
        return Value::of(lookup(in, item, place).has_value());
    }
    if (!in.is(ValueKind::List)) return no_such_overload();
    const size_t size = in.size();
    const Declaration* declaration = in.declaration();
    const auto form = declaration && declaration->element ? declaration->element->form : Declaration::Form::Dyn;
    const bool plain = form == Declaration::Form::Int || form == Declaration::Form::String || form == Declaration::Form::Dyn;
    const bool scalar = in.document() && plain && (item.is(ValueKind::String) || (item.is(ValueKind::Int) && form == Declaration::Form::Int));
    for (size_t i = 0; i < size; ++i) {
        worked(1);
        if (scalar ? same_scalar((*in.document())[i], item) : in.at(i).equals(item).is_true()) return Value::of(true);
    }
    return Value::of(false);
}

// What functions read and make. Operators take one step or are charged by length, except where whole lists are compared.
void Evaluator::count_work(const Expr&, std::span<const Value> args, const Value& out) {
    // A pattern whose automaton is too large is run instruction by instruction.
    if (const size_t size = std::exchange(pattern_size_, 0); size > 0) worked(kPatternWork + args[0].text().size() * size / kInstructionsOfStep);
    for (const Value& arg : args) worked(arg.size_if_container() + arg.text().size() / kBytesOfStep);
    if (args.size() == 2 && args[0].is(ValueKind::String) && args[1].is(ValueKind::List)) worked(args[1].size() * kShownWork);
    worked(out.size_if_container() * kMemberWork + out.text().size() / kBytesOfStep * kMadeWork);
    if (out.is(ValueKind::Opaque)) worked(kOpaqueWork);
    else if (NodeAccess::get<TextNode>(out)) worked(kTextWork);
}

}  // namespace skiff::cel
