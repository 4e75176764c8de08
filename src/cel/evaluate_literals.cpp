// Lists, maps and structures that an expression makes of values that are known only when it runs.
#include "cel/evaluator.h"

namespace skiff::cel {
namespace {

constexpr uint64_t kListCost = 10, kMapCost = 30, kStructCost = 40;
constexpr uint64_t kMadeWork = 8, kEntryWork = 4;   // in steps, besides their cost: what is made, and an entry of it

// Takes the value out of an optional entry; false when the entry is left out.
bool unwrap(Value& value, bool optional, Value& failure, std::string_view what) {
    if (!optional) return true;
    if (!value.is(ValueKind::Optional)) {
        failure = Value::error(std::string(what) + " from non-optional value " + value.display());
        return false;
    }
    if (!value.held()) return false;
    Value held = *value.held();
    value = std::move(held);
    return true;
}

// A key that comes twice has its last value.
Value put(const Value& map, const Value& key, const Value& value) {
    Value out = insert(map, key, value);
    if (!out.is_error()) return out;
    std::vector<Entry> entries;
    map.each_entry([&](const Value& k, const Value& v) {
        entries.emplace_back(k, k.equals(key).is_true() ? value : v);
        return true;
    });
    return Value::map(std::move(entries));
}

}  // namespace

Value Evaluator::make_list(const Expr& expr) {
    std::vector<Value> items;
    Value failure;
    items.reserve(expr.args.size());
    for (size_t i = 0; i < expr.args.size(); ++i) {
        Value item;
        const Value& value = eval(*expr.args[i], item);
        if (&value != &item) item = value;
        if (item.is_error()) failure = item;
        else if (!expr.optional[i] || unwrap(item, true, failure, "cannot initialize optional list element")) items.push_back(std::move(item));
        if (failure.is_error()) break;
    }
    charge(kListCost);
    worked(kMadeWork);
    return failure.is_error() ? failure : Value::list(std::move(items));
}

Value Evaluator::make_map(const Expr& expr) {
    Value map = Value::map({});
    Value failure, key_room, room;
    for (size_t i = 0; i < expr.args.size() && !failure.is_error(); i += 2) {
        const Value key = eval(*expr.args[i], key_room);
        if (key.is_error()) failure = key;
        if (failure.is_error()) break;
        Value value = eval(*expr.args[i + 1], room);
        if (value.is_error()) failure = value;
        else if (!expr.optional[i / 2] || unwrap(value, true, failure, "cannot initialize optional entry '" + key.display() + "'")) map = put(map, key, value);
    }
    charge(kMapCost);
    worked(kMadeWork + expr.args.size() * kEntryWork);
    return failure.is_error() ? failure : map;
}

Value Evaluator::make_struct(const Expr& expr) {
    std::vector<Entry> fields;
    Value failure, room;
    for (size_t i = 0; i < expr.args.size() && !failure.is_error(); ++i) {
        Value value = eval(*expr.args[i], room);
        if (value.is_error()) failure = value;
        else if (!expr.optional[i] || unwrap(value, true, failure, "cannot initialize optional entry '" + expr.fields[i] + "'"))
            fields.emplace_back(Value::string(expr.fields[i]), std::move(value));
    }
    charge(kStructCost);
    worked(kMadeWork + expr.args.size() * kEntryWork);
    return failure.is_error() ? failure : Value::object(expr.name, std::move(fields));
}

// accumulator + [item], which map() and filter() do for each item: the list grows where it stands when nobody else has it.
const Value& Evaluator::append(const Expr& expr, Value& room) {
    Value own;
    Frame& frame = frames_[expr.args[0]->slot];
    const Value& list = eval(*expr.args[0], room);
    if (cancelled_) return cancelled_value();
    const Value& item = eval(*expr.args[1]->args[0], own);
    charge(kListCost);
    worked(kEntryWork);
    if (cancelled_) return cancelled_value();
    charge(1);
    if (list.is_error()) return list;
    if (item.is_error()) return hand_over(item, own, room);
    if (!list.is(ValueKind::List)) return room = no_such_overload();
    if (grow(frame.accumulator, item)) return frame.accumulator;
    return room = concat(list, Value::list({item}));
}

}  // namespace skiff::cel
