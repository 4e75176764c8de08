// Variables and what is selected from them. A selection remembers which member of which document it took, and where members of that name
// stand, so that a loop over like objects looks for nothing; large documents are indexed at their first use.
#include <algorithm>

#include "cel/evaluator.h"

namespace skiff::cel {
namespace {

// In steps, besides their cost: a member that is looked for, and one by a key that is computed.
constexpr uint64_t kMemberWork = 4, kIndexWork = 2;

bool list_index(const Value& key, int64_t& out) {
    if (key.is(ValueKind::Int)) out = key.as_int();
    else if (key.is(ValueKind::Uint) && key.as_uint() <= INT64_MAX) out = static_cast<int64_t>(key.as_uint());
    else if (key.is(ValueKind::Double) && key.as_double() == static_cast<double>(static_cast<int64_t>(key.as_double()))) out = static_cast<int64_t>(key.as_double());
    else return false;
    return true;
}

// Whether this is a view of a document, or an optional one.
bool documented(const Value& value) {
    const Value& map = value.is(ValueKind::Optional) && value.held() ? *value.held() : value;
    return map.is(ValueKind::Map) && map.document();
}

// Keys that a loop walks through are often the ones of this very document.
bool is_key(const json::Member& member, std::string_view key) {
    return member.key.size() == key.size() && (member.key.data() == key.data() || member.key == key);
}

bool is_object(const Declaration* declaration) { return declaration && declaration->form == Declaration::Form::Object; }

}  // namespace

// The value of an attribute without the unit that its root costs.
const Value& Evaluator::resolve(const Expr& expr, Value& room) {
    if (cancelled_) return cancelled_value();
    switch (expr.op) {
        case Op::First: return frames_[expr.slot].first;
        case Op::Second: return frames_[expr.slot].second;
        case Op::Accumulator: return accumulator(frames_[expr.slot]);
        case Op::Input: return input(expr, room);
        case Op::Select:
        case Op::Test: return select_name(expr, room);
        case Op::Index:
        case Op::OptionalIndex:
        case Op::OptionalSelect: return select_index(expr, room);
        case Op::Conditional: {
            Value own;
            const Value& condition = eval(*expr.args[0], own);
            if (condition.is_error()) return failed(condition, room);
            if (!condition.is(ValueKind::Bool)) return room = no_such_overload();
            return resolve(*expr.args[condition.as_bool() ? 1 : 2], room);
        }
        default: return eval(expr, room);
    }
}

const Value& Evaluator::input(const Expr& expr, Value& room) {
    const Value* value = expr.slot < inputs_.size() ? inputs_[expr.slot] : nullptr;
    if (value) return *value;
    return room = Value::error("no such attribute(s): " + expr.name);
}

// The start value is computed when it is first asked for, outside of the loop.
const Value& Evaluator::accumulator(Frame& frame) {
    if (frame.initialized) return frame.accumulator;
    frame.initialized = true;
    Value own;
    const Value& start = eval(*frame.fold->init, own);
    if (&start == &own) frame.accumulator = std::move(own);
    else frame.accumulator = start;
    return frame.accumulator;
}

const Value& Evaluator::select_name(const Expr& expr, Value& room) {
    // The same member of the same variable as before.
    if (const Value* map = expr.op == Op::Select ? variable(*expr.args[0]) : nullptr) {
        const Memo& memo = memos_[expr.slot];
        if (memo.found && memo.document && map->is(ValueKind::Map) && memo.document == map->document() && memo.declaration == map->declaration() && !memo.value.is(ValueKind::Optional)) {
            charge(1);
            return memo.value;
        }
    }
    Value own;
    const Value& operand = resolve(*expr.args[0], own);
    if (operand.is_error()) return failed(operand, room);
    if (expr.op == Op::Test) {
        charge(1);
        Value failure;
        const bool has = test(expr, operand, failure);
        if (failure.is_error()) return room = std::move(failure);
        return truth(has);
    }
    const Value key = Value::string_view(expr.name);
    return documented(operand) ? select_known(expr, key, operand, room) : (room = select(operand, key, false, memos_[expr.slot].place));
}

// A member of a document, by a name that stands in the expression.
const Value& Evaluator::select_known(const Expr& expr, const Value& key, const Value& operand, Value& room) {
    const bool chained = operand.is(ValueKind::Optional), optional = expr.op == Op::OptionalIndex || expr.op == Op::OptionalSelect;
    Memo& memo = member_of(expr, key.text(), chained ? *operand.held() : operand);
    const bool wraps = chained || optional;
    if (!memo.found) {
        if (wraps) return room = Value::none();
        charge(1);
        if (!memo.value.is_error()) memo.value = mistake("no such key: " + key.display());
        return memo.value;
    }
    charge(1);
    if (wraps && !memo.value.is(ValueKind::Optional) && !memo.value.is_error()) memo.value = Value::some(std::move(memo.value));
    if (!wraps && memo.value.is(ValueKind::Optional)) return *memo.value.held();
    return memo.value;
}

bool Evaluator::test(const Expr& expr, const Value& operand, Value& failure) {
    if (operand.is(ValueKind::Optional) && !operand.held()) return false;
    const Value& target = operand.is(ValueKind::Optional) ? *operand.held() : operand;
    if (target.is(ValueKind::Map) && target.document()) return member_of(expr, expr.name, target).found;
    if (target.is(ValueKind::List)) failure = Value::error("unsupported index type 'string' in list");
    return !target.is(ValueKind::List) && target.find(Value::string_view(expr.name)).has_value();
}

const Value& Evaluator::select_index(const Expr& expr, Value& room) {
    worked(kIndexWork);
    Value own, own_key;
    const Value& operand = resolve(*expr.args[0], own);
    if (operand.is_error()) return failed(operand, room);
    if (operand.is(ValueKind::Optional) && !operand.held()) return room = Value::none();
    const Value* loop_key = variable(*expr.args[1]);
    const Value& key = loop_key ? *loop_key : resolve(*expr.args[1], own_key);
    if (key.is_error()) {
        charge(1);
        return failed(key, room);
    }
    if (expr.args[1]->op == Op::Constant && key.is(ValueKind::String) && documented(operand)) return select_known(expr, key, operand, room);
    size_t& place = memos_[expr.slot].place;
    // The body of most loops: a member of a plain map that is there.
    if (expr.op == Op::Index && key.is(ValueKind::String) && operand.is(ValueKind::Map) && operand.document() && !is_object(operand.declaration()))
        if (const json::Value* member = find_member(*operand.document(), key.text(), place)) {
            charge(1);
            return room = Value::json(*member, operand.declaration() ? operand.declaration()->element.get() : nullptr);
        }
    return room = select(operand, key, expr.op != Op::Index, place);
}

Value Evaluator::select(const Value& operand, const Value& key, bool optional, size_t& place) {
    bool chained = operand.is(ValueKind::Optional);
    if (chained && !operand.held()) return Value::none();
    const Value& target = chained ? *operand.held() : operand;
    Value found;
    bool present = get(target, key, found, place);
    if (chained || optional) {
        if (!present) return found.is_error() && target.is(ValueKind::List) && !key.is(ValueKind::Int) ? found : Value::none();
        charge(1);
        return found.is_error() || found.is(ValueKind::Optional) ? found : Value::some(std::move(found));
    }
    charge(1);
    return found;
}

// False with an Error in `out` when there is nothing.
bool Evaluator::get(const Value& target, const Value& key, Value& out, size_t& place) {
    if (target.is(ValueKind::List)) {
        int64_t index = 0;
        if (!list_index(key, index)) {
            out = Value::error(key.is(ValueKind::Double) ? "unsupported index value " + key.display() + " in list" : "unsupported index type '" + key.type_name() + "' in list");
            return false;
        }
        if (index < 0 || static_cast<size_t>(index) >= target.size()) {
            out = mistake("index out of bounds: " + std::to_string(index));
            return false;
        }
        out = target.at(static_cast<size_t>(index));
        return true;
    }
    if (auto found = lookup(target, key, place)) {
        out = std::move(*found);
        return true;
    }
    if (const auto* map = NodeAccess::get<MapNode>(target); map && map->selects_maps) {
        out = Value::map({});
        return true;
    }
    out = mistake("no such key: " + key.display());
    return false;
}

Evaluator::Memo& Evaluator::member_of(const Expr& expr, std::string_view key, const Value& map) {
    Memo& memo = memos_[expr.slot];
    const json::Value* document = map.document();
    const Declaration* declaration = map.declaration();
    if (memo.document == document && memo.declaration == declaration) return memo;
    worked(kMemberWork);
    const Declaration* element = declaration ? declaration->element.get() : nullptr;
    const bool object = is_object(declaration);
    if (object && memo.declaration != declaration) memo.field = declaration->find_identifier(key);
    if (object && memo.field) {
        key = memo.field->name;
        element = memo.field->decl.get();
    }
    memo.document = document;
    memo.declaration = declaration;
    const json::Value* member = object && !memo.field ? nullptr : find_member(*document, key, memo.place);
    // In an object a null is as good as absent.
    memo.found = member && !(object && member->is_null());
    memo.value = memo.found ? Value::json(*member, element) : Value();
    return memo;
}

// `place`: where a member was found last; this one stands there or just behind when a loop comes by.
const json::Value* Evaluator::find_member(const json::Value& document, std::string_view key, size_t& place) {
    constexpr size_t kLarge = 16;
    const json::Object& members = document.members();
    for (size_t i = place, end = std::min(place + 2, members.size()); i < end; ++i) {
        if (!is_key(members[i], key)) continue;
        place = i;
        return &members[i].value;
    }
    if (members.size() < kLarge) {
        for (place = 0; place < members.size(); ++place)
            if (is_key(members[place], key)) return &members[place].value;
        return nullptr;
    }
    auto& index = indexes_[&document];
    if (index.empty())
        for (size_t i = 0; i < members.size(); ++i) index.emplace(members[i].key, i);
    auto it = index.find(key);
    if (it == index.end()) return nullptr;
    place = it->second;
    return &members[place].value;
}

std::optional<Value> Evaluator::lookup(const Value& map, const Value& key, size_t& place) {
    const json::Value* document = map.document();
    const Declaration* declaration = map.declaration();
    if (!document || !map.is(ValueKind::Map) || !key.is(ValueKind::String)) return map.find(key);
    if (is_object(declaration)) {
        const auto* field = declaration->find_identifier(key.text());
        const json::Value* member = field ? find_member(*document, field->name, place) : nullptr;
        if (!member || member->is_null()) return std::nullopt;
        return Value::json(*member, field->decl.get());
    }
    const json::Value* member = find_member(*document, key.text(), place);
    if (!member) return std::nullopt;
    return Value::json(*member, declaration ? declaration->element.get() : nullptr);
}

}  // namespace skiff::cel
