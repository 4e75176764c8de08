// The evaluator: walks the checked tree. Costs are counted where cel-go's observer counts them: one for a variable with what is selected from
// it, one for each selection, and what call_cost() says for calls; literals, logic and ?: are free.
#include <array>
#include <unordered_map>

#include "cel/compiled.h"
#include "cel/functions.h"
#include "cel/nodes.h"

namespace skiff::cel {
namespace {

constexpr const char* kCancelled = "operation cancelled: actual cost limit exceeded";
constexpr uint64_t kListCost = 10, kMapCost = 30, kStructCost = 40;
// In steps of 20 ns: a pattern that is compiled, each instruction of it, one that turns out to be too large, a member that is made; the bytes that are read in one step, and the steps to make them.
constexpr uint64_t kPatternWork = 200, kInstructionWork = 8, kFailedWork = 2000, kMemberWork = 5, kBytesOfStep = 64, kInstructionsOfStep = 100, kMadeWork = 24;

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

struct Frame {
    const Fold* fold;
    const Frame* parent;
    Value accumulator, first, second;
    bool initialized = false;
    bool in_result = false;
};

class Evaluator : public Run {
public:
    Evaluator(std::span<const Binding> bindings, const RegexTable& regexes, Limits limits) : bindings_(bindings), regexes_(regexes), limits_(limits) {}

    Evaluation run(const Expr& root) {
        Evaluation out;
        out.value = eval(root);
        out.cost = cost_;
        out.work = work_;
        out.cancelled = cancelled_;
        if (cancelled_) out.value = Value::error(kCancelled);
        return out;
    }

    Result<Regex> regex(std::string_view pattern) override {
        auto found = find_regex(pattern);
        if (found.ok()) pattern_size_ = found->program_size();
        return found;
    }

private:
    Result<Regex> find_regex(std::string_view pattern) {
        if (auto it = regexes_.find(pattern); it != regexes_.end()) return it->second;
        if (auto it = own_regexes_.find(pattern); it != own_regexes_.end()) return it->second;
        auto compiled = Regex::compile(pattern);
        worked(kPatternWork + (compiled.ok() ? compiled->program_size() * kInstructionWork : kFailedWork));
        constexpr size_t kRegexesMax = 16;
        if (own_regexes_.size() >= kRegexesMax) own_regexes_.clear();
        if (compiled.ok()) own_regexes_.emplace(pattern, *compiled);
        return compiled;
    }

    void charge(uint64_t cost) {
        cost_ += cost;
        if (cost_ > limits_.cost) cancelled_ = true;
    }
    void worked(uint64_t steps) {
        work_ += steps;
        if (work_ > limits_.work) cancelled_ = true;
    }

    Value eval(const Expr& expr) {
        if (cancelled_) return Value::error(kCancelled);
        if (expr.constant) return expr.literal;
        switch (expr.kind) {
            case Expr::Kind::Literal: return expr.literal;
            case Expr::Kind::Ident:
                if (expr.is_type_name) return Value::type_value(expr.type->params[0]->kind == Type::Kind::Timestamp   ? "google.protobuf.Timestamp"
                                                                : expr.type->params[0]->kind == Type::Kind::Duration ? "google.protobuf.Duration"
                                                                                                                     : expr.name);
                return attribute(expr);
            case Expr::Kind::Select: return attribute(expr);
            case Expr::Kind::List: return make_list(expr);
            case Expr::Kind::Map: return make_map(expr);
            case Expr::Kind::Struct: return make_struct(expr);
            case Expr::Kind::Fold: return run_fold(expr);
            case Expr::Kind::Call: break;
        }
        return call(expr);
    }

    // --- variables and what is selected from them ---

    static bool is_index(const Expr& expr) { return expr.op == Op::Index || expr.op == Op::OptionalIndex || expr.op == Op::OptionalSelect; }
    static bool is_conditional(const Expr& expr) { return expr.op == Op::Conditional; }
    static bool is_attribute(const Expr& expr) {
        if (expr.constant) return false;
        return (expr.kind == Expr::Kind::Ident && !expr.is_type_name) || expr.kind == Expr::Kind::Select || is_index(expr) || is_conditional(expr);
    }

    Value attribute(const Expr& expr) {
        const Expr* root = &expr;
        while ((root->kind == Expr::Kind::Select || is_index(*root)) && !root->constant) root = root->args[0].get();
        Value out = resolve(expr);
        if (!is_conditional(*root) && !expr.test_only) charge(1);
        return out;
    }

    // The value of an attribute without the unit that its root costs.
    Value resolve(const Expr& expr) {
        if (cancelled_) return Value::error(kCancelled);
        if (!is_attribute(expr)) return eval(expr);
        if (expr.kind == Expr::Kind::Ident) return variable(expr.name);
        if (expr.kind == Expr::Kind::Select) {
            Value operand = resolve(*expr.args[0]);
            if (operand.is_error()) return operand;
            return expr.test_only ? test(operand, expr.name) : select(operand, Value::string_view(expr.name), false);
        }
        if (is_conditional(expr)) {
            Value condition = eval(*expr.args[0]);
            if (condition.is_error()) return condition;
            if (!condition.is(ValueKind::Bool)) return no_such_overload();
            return resolve(*expr.args[condition.as_bool() ? 1 : 2]);
        }
        Value operand = resolve(*expr.args[0]);
        if (operand.is_error()) return operand;
        bool optional = expr.op != Op::Index;
        if (operand.is(ValueKind::Optional) && !operand.held()) return Value::none();
        Value key = resolve(*expr.args[1]);
        if (key.is_error()) {
            charge(1);
            return key;
        }
        return select(operand, key, optional);
    }

    Value variable(std::string_view name) {
        for (const Frame* frame = frame_; frame; frame = frame->parent) {
            if (name == frame->fold->accumulator) return accumulator(*const_cast<Frame*>(frame));
            if (frame->in_result) continue;
            if (name == frame->fold->var) return frame->first;
            if (!frame->fold->var2.empty() && name == frame->fold->var2) return frame->second;
        }
        for (const auto& binding : bindings_)
            if (binding.name == name) return binding.value;
        return Value::error("no such attribute(s): " + std::string(name));
    }

    // The start value is computed when it is first asked for, outside of the loop.
    Value accumulator(Frame& frame) {
        if (frame.initialized) return frame.accumulator;
        frame.initialized = true;
        const Frame* inner = std::exchange(frame_, frame.parent);
        frame.accumulator = eval(*frame.fold->init);
        frame_ = inner;
        return frame.accumulator;
    }

    Value test(const Value& operand, const std::string& field) {
        charge(1);
        if (operand.is(ValueKind::Optional)) return operand.held() ? test_plain(*operand.held(), field) : Value::of(false);
        return test_plain(operand, field);
    }
    Value test_plain(const Value& operand, const std::string& field) {
        if (operand.is(ValueKind::List)) return Value::error("unsupported index type 'string' in list");
        return Value::of(lookup(operand, Value::string_view(field)).has_value());
    }

    Value select(const Value& operand, const Value& key, bool optional) {
        bool chained = operand.is(ValueKind::Optional);
        if (chained && !operand.held()) return Value::none();
        const Value& target = chained ? *operand.held() : operand;
        Value found;
        bool present = get(target, key, found);
        if (chained || optional) {
            if (!present) return found.is_error() && target.is(ValueKind::List) && !key.is(ValueKind::Int) ? found : Value::none();
            charge(1);
            return found.is_error() || found.is(ValueKind::Optional) ? found : Value::some(std::move(found));
        }
        charge(1);
        return found;
    }

    // False with an Error in `out` when there is nothing.
    bool get(const Value& target, const Value& key, Value& out) {
        if (target.is(ValueKind::List)) {
            int64_t index = 0;
            if (!list_index(key, index)) {
                out = Value::error(key.is(ValueKind::Double) ? "unsupported index value " + key.display() + " in list"
                                                             : "unsupported index type '" + key.type_name() + "' in list");
                return false;
            }
            if (index < 0 || static_cast<size_t>(index) >= target.size()) {
                out = Value::error("index out of bounds: " + std::to_string(index));
                return false;
            }
            out = target.at(static_cast<size_t>(index));
            return true;
        }
        if (auto found = lookup(target, key)) {
            out = std::move(*found);
            return true;
        }
        if (const auto* map = NodeAccess::get<MapNode>(target); map && map->selects_maps) {
            out = Value::map({});
            return true;
        }
        out = Value::error("no such key: " + key.display());
        return false;
    }

    static bool list_index(const Value& key, int64_t& out) {
        if (key.is(ValueKind::Int)) out = key.as_int();
        else if (key.is(ValueKind::Uint) && key.as_uint() <= INT64_MAX) out = static_cast<int64_t>(key.as_uint());
        else if (key.is(ValueKind::Double) && key.as_double() == static_cast<double>(static_cast<int64_t>(key.as_double()))) out = static_cast<int64_t>(key.as_double());
        else return false;
        return true;
    }

    // Large documents are indexed at their first use, so that a loop over their keys is not quadratic.
    std::optional<Value> lookup(const Value& map, const Value& key) {
        constexpr size_t kLarge = 64;
        const json::Value* document = map.document();
        const Declaration* declaration = map.declaration();
        if (!document || document->size() < kLarge || !key.is(ValueKind::String) || (declaration && declaration->form == Declaration::Form::Object)) return map.find(key);
        auto& index = indexes_[document];
        if (index.empty())
            for (size_t i = 0; i < document->members().size(); ++i) index.emplace(document->members()[i].key, i);
        auto it = index.find(key.text());
        if (it == index.end()) return std::nullopt;
        return Value::json(document->members()[it->second].value, declaration ? declaration->element.get() : nullptr);
    }

    // --- calls ---

    Value call(const Expr& expr) {
        switch (expr.op) {
            case Op::And: return logical(expr, false);
            case Op::Or: return logical(expr, true);
            case Op::Conditional:
            case Op::Index:
            case Op::OptionalIndex:
            case Op::OptionalSelect: return attribute(expr);
            case Op::OrValue: return optional_or(expr);
            default: break;
        }
        size_t count = expr.args.size();
        std::array<Value, 4> few;
        std::vector<Value> many;
        if (count > few.size()) many.resize(count);
        std::span<Value> args = count > few.size() ? std::span<Value>(many) : std::span<Value>(few.data(), count);
        const Value* failed = nullptr;
        for (size_t i = 0; i < count; ++i) {
            args[i] = eval(*expr.args[i]);
            if (!args[i].is_error() || failed) continue;
            failed = &args[i];
            // Calls with three arguments and more stop at the first failure, before they cost.
            if (count > 2) return args[i];
        }
        if (cancelled_) return Value::error(kCancelled);
        if (expr.op == Op::NotStrictlyFalse) {
            charge(1);
            return args[0].is(ValueKind::Bool) ? args[0] : Value::of(true);
        }
        if (expr.set) return failed ? *failed : Value::of(expr.set->count(key_text(args[0])) != 0);
        if (expr.op == Op::In && expr.args[1]->constant && expr.overloads.size() == 1 && is_set(args[1])) return failed ? *failed : contains(args[0], args[1]);
        Value out = failed ? *failed : apply(expr, args);
        charge(call_cost(expr, args, out));
        count_work(expr, args, out);
        return out;
    }

    Value apply(const Expr& expr, std::span<const Value> args) {
        if (expr.op == Op::Equals) return args[0].equals(args[1]);
        if (expr.op == Op::NotEquals) {
            Value same = args[0].equals(args[1]);
            return same.is_error() ? same : Value::of(!same.is_true());
        }
        if (expr.op == Op::In) return contains(args[0], args[1]);
        for (const Overload* overload : expr.overloads)
            if (overload->implementation && overload->accepts(args)) return overload->implementation(args, *this);
        return no_overload(expr, args);
    }

    static uint64_t values_in(const json::Value& value) {
        uint64_t values = 1 + value.as_string().size() / kBytesOfStep;
        for (const json::Value& item : value.items()) values += values_in(item);
        for (const json::Member& member : value.members()) values += values_in(member.value);
        return values;
    }

    // What functions read and make. Operators and size() take one step or are charged by length, except where whole lists are compared.
    void count_work(const Expr& expr, std::span<const Value> args, const Value& out) {
        if (expr.op == Op::Equals || expr.op == Op::NotEquals) {
            const size_t size = args[0].size_if_container();
            if (size > 0 && size == args[1].size_if_container()) worked(args[0].document() ? values_in(*args[0].document()) : weight_of(args[0]));
            return;
        }
        if (expr.op != Op::Other || expr.name[0] == '_' || expr.name[0] == '-' || expr.name == "size" || expr.name.starts_with("cel.")) return;
        // A pattern whose automaton is too large is run instruction by instruction.
        if (const size_t size = std::exchange(pattern_size_, 0); size > 0) worked(args[0].text().size() * size / kInstructionsOfStep);
        for (const Value& arg : args) worked(arg.size_if_container() + arg.text().size() / kBytesOfStep);
        worked(out.size_if_container() * kMemberWork + out.text().size() / kBytesOfStep * kMadeWork);
    }

    // Lists of plain literals are looked up without cost.
    static bool is_set(const Value& list) {
        if (!list.is(ValueKind::List)) return false;
        for (size_t i = 0; i < list.size(); ++i) {
            ValueKind kind = list.at(i).kind();
            if (kind != ValueKind::Bool && kind != ValueKind::Int && kind != ValueKind::Uint && kind != ValueKind::Double && kind != ValueKind::String) return false;
        }
        return true;
    }

    Value contains(const Value& item, const Value& in) {
        if (in.is(ValueKind::Map) || in.is(ValueKind::Object)) return Value::of(lookup(in, item).has_value());
        if (!in.is(ValueKind::List)) return no_such_overload();
        for (size_t i = 0; i < in.size(); ++i) {
            worked(1);
            if (in.at(i).equals(item).is_true()) return Value::of(true);
        }
        return Value::of(false);
    }

    Value logical(const Expr& expr, bool stop_at) {
        Value failure;
        for (const auto& term : expr.args) {
            Value value = eval(*term);
            if (cancelled_) return value;
            if (!value.is(ValueKind::Bool)) {
                if (!failure.is_error()) failure = value.is_error() ? value : no_such_overload();
            } else if (value.as_bool() == stop_at) {
                return value;
            }
        }
        return failure.is_error() ? failure : Value::of(!stop_at);
    }

    Value optional_or(const Expr& expr) {
        Value left = eval(*expr.args[0]);
        if (!left.is(ValueKind::Optional)) return left;
        if (left.held()) return expr.name == "or" ? left : *left.held();
        return eval(*expr.args[1]);
    }

    // --- constructors ---

    // Takes the value out of an optional entry; false when the entry is left out.
    static bool unwrap(Value& value, bool optional, Value& failure, std::string_view what) {
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

    Value make_list(const Expr& expr) {
        std::vector<Value> items;
        Value failure;
        for (size_t i = 0; i < expr.args.size(); ++i) {
            Value item = eval(*expr.args[i]);
            if (item.is_error()) failure = item;
            else if (unwrap(item, expr.optional[i], failure, "cannot initialize optional list element")) items.push_back(std::move(item));
            if (failure.is_error()) break;
        }
        charge(kListCost);
        return failure.is_error() ? failure : Value::list(std::move(items));
    }

    Value make_map(const Expr& expr) {
        Value map = Value::map({});
        Value failure;
        for (size_t i = 0; i < expr.args.size() && !failure.is_error(); i += 2) {
            Value key = eval(*expr.args[i]);
            if (key.is_error()) failure = key;
            if (failure.is_error()) break;
            Value value = eval(*expr.args[i + 1]);
            if (value.is_error()) failure = value;
            else if (unwrap(value, expr.optional[i / 2], failure, "cannot initialize optional entry '" + key.display() + "'")) map = put(map, key, value);
        }
        charge(kMapCost);
        return failure.is_error() ? failure : map;
    }

    // A key that comes twice has its last value.
    static Value put(const Value& map, const Value& key, const Value& value) {
        Value out = insert(map, key, value);
        if (!out.is_error()) return out;
        std::vector<Entry> entries;
        map.each_entry([&](const Value& k, const Value& v) {
            entries.emplace_back(k, k.equals(key).is_true() ? value : v);
            return true;
        });
        return Value::map(std::move(entries));
    }

    Value make_struct(const Expr& expr) {
        std::vector<Entry> fields;
        Value failure;
        for (size_t i = 0; i < expr.args.size() && !failure.is_error(); ++i) {
            Value value = eval(*expr.args[i]);
            if (value.is_error()) failure = value;
            else if (unwrap(value, expr.optional[i], failure, "cannot initialize optional entry '" + expr.fields[i] + "'"))
                fields.emplace_back(Value::string(expr.fields[i]), std::move(value));
        }
        charge(kStructCost);
        return failure.is_error() ? failure : Value::object(expr.name, std::move(fields));
    }

    // --- loops ---

    Value run_fold(const Expr& expr) {
        const Fold& fold = *expr.fold;
        Value range = eval(*fold.range);
        if (range.is_error()) return range;
        bool list = range.is(ValueKind::List);
        if (!list && !range.is(ValueKind::Map) && !range.is(ValueKind::Object)) {
            if (!fold.var2.empty()) return Value::error("unsupported comprehension range type: " + std::string(go_type(range)));
            return Value::error("got '" + std::string(go_type(range)) + "', expected iterable type");
        }
        Frame frame{&fold, frame_, {}, {}, {}, false, false};
        frame_ = &frame;
        if (list) {
            for (size_t i = 0, count = range.size(); i < count; ++i) {
                bool two = !fold.var2.empty();
                frame.first = two ? Value::of_int(static_cast<int64_t>(i)) : range.at(i);
                if (two) frame.second = range.at(i);
                if (!step(frame)) break;
            }
        } else if (fold.var2.empty()) {
            range.each_key([&](const Value& key) {
                frame.first = key;
                return step(frame);
            });
        } else {
            range.each_entry([&](const Value& key, const Value& value) {
                frame.first = key;
                frame.second = value;
                return step(frame);
            });
        }
        frame.in_result = true;
        Value out = eval(*fold.result);
        frame_ = frame.parent;
        return out;
    }

    bool step(Frame& frame) {
        Value condition = eval(*frame.fold->condition);
        if (cancelled_ || (condition.is(ValueKind::Bool) && !condition.as_bool())) return false;
        Value next = eval(*frame.fold->step);
        frame.accumulator = std::move(next);
        frame.initialized = true;
        return !cancelled_;
    }

    std::span<const Binding> bindings_;
    const RegexTable& regexes_;
    RegexTable own_regexes_;
    size_t pattern_size_ = 0;   // of the pattern that the function just called has asked for
    std::unordered_map<const json::Value*, std::unordered_map<std::string_view, size_t>> indexes_;
    Limits limits_;
    uint64_t cost_ = 0, work_ = 0;
    bool cancelled_ = false;
    const Frame* frame_ = nullptr;
};

}  // namespace

Evaluation evaluate(const Expr& root, std::span<const Binding> bindings, const RegexTable& regexes, Limits limits) {
    return Evaluator(bindings, regexes, limits).run(root);
}

}  // namespace skiff::cel
