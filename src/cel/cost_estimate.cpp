// The largest and smallest cost an expression can have, from declared sizes.
#include <optional>
#include <unordered_map>

#include "cel/call_estimate.h"
#include "cel/compiled.h"
#include "cel/functions.h"

namespace skiff::cel {
namespace {

using Kind = Type::Kind;

// Sizes of what stands in a list or map.
struct EntrySize {
    bool list = false;
    Range key, value;
};

struct Local {
    std::string name;
    ValuePath path;
    std::optional<Range> size;
    std::optional<EntrySize> entry;
};

bool scalar(const Type& type) {
    switch (type.kind) {
        case Kind::Bool:
        case Kind::Double:
        case Kind::Duration:
        case Kind::Int:
        case Kind::Timestamp:
        case Kind::Uint: return true;
        default: return type.is_optional() && scalar(*type.params[0]);
    }
}

ValuePath extended(ValuePath path, std::string_view part) {
    path.emplace_back(part);
    return path;
}

std::optional<EntrySize> either(const std::optional<EntrySize>& a, const std::optional<EntrySize>& b) {
    if (!a || !b) return std::nullopt;
    return EntrySize{a->list, a->key.either(b->key), a->value.either(b->value)};
}

class Coster : public ElementSizes {
public:
    explicit Coster(const Environment& environment) : environment_(environment) {}

    Range cost(const Expr& expr) {
        switch (expr.kind) {
            case Expr::Kind::Literal: return {};
            case Expr::Kind::Ident: return ident(expr);
            case Expr::Kind::Select: return select(expr);
            case Expr::Kind::Call: return call(expr);
            case Expr::Kind::List: return list(expr);
            case Expr::Kind::Map: return map(expr);
            case Expr::Kind::Fold: return fold(expr);
            case Expr::Kind::Struct: break;
        }
        Range sum = Range::fixed(40);
        for (const auto& arg : expr.args) sum = sum + cost(*arg);
        return sum;
    }

    std::optional<SizedNode> element_of(const SizedNode& list) const override {
        if (list.type->params.empty()) return std::nullopt;
        SizedNode out;
        out.type = list.type->params[0];
        if (!list.path.empty()) out.path = extended(list.path, "@items");
        out.size = declared_size(out.path);
        return out;
    }

private:
    const Local* local(std::string_view name) const {
        for (auto it = locals_.rbegin(); it != locals_.rend(); ++it)
            if (it->name == name) return &*it;
        return nullptr;
    }

    ValuePath path_of(const Expr& expr) const {
        if (expr.kind == Expr::Kind::Ident)
            if (const Local* known = local(expr.name)) return known->path;
        auto it = paths_.find(&expr);
        return it == paths_.end() ? ValuePath{} : it->second;
    }

    // What the declarations say of the value at this path.
    std::optional<Range> declared_size(const ValuePath& path) const {
        if (path.empty()) return std::nullopt;
        const Declaration* decl = environment_.declaration(path[0]);
        if (!decl) decl = environment_.root();
        for (size_t i = 1; decl && i < path.size(); ++i) {
            if (path[i] == "@items" || path[i] == "@values") {
                decl = decl->element.get();
            } else if (path[i] == "@keys") {
                if (decl->form != Declaration::Form::Map) return std::nullopt;
                return Range{0, 0};
            } else {
                const auto* field = decl->find_identifier(path[i]);
                decl = field ? field->decl.get() : decl->named_elements ? decl->element.get() : nullptr;
            }
        }
        if (!decl) return std::nullopt;
        return Range{0, static_cast<uint64_t>(decl->max_elements)};
    }

    std::optional<Range> size_of(const Expr& expr) {
        if (auto it = sizes_.find(&expr); it != sizes_.end()) return it->second;
        if (expr.kind == Expr::Kind::Literal) {
            bool text = expr.literal.is(ValueKind::String) || expr.literal.is(ValueKind::Bytes);
            return Range::fixed(text ? expr.literal.size() : 1);
        }
        if (expr.kind == Expr::Kind::List) return Range::fixed(expr.args.size());
        if (expr.kind == Expr::Kind::Map) return Range::fixed(expr.args.size() / 2);
        if (auto declared = declared_size(path_of(expr))) return declared;
        if (scalar(*expr.type)) return Range::fixed(1);
        if (expr.kind == Expr::Kind::Ident)
            if (const Local* known = local(expr.name)) return known->size;
        return std::nullopt;
    }

    std::optional<EntrySize> entry_of(const Expr& expr) const {
        if (auto it = entries_.find(&expr); it != entries_.end()) return it->second;
        if (expr.kind == Expr::Kind::Ident)
            if (const Local* known = local(expr.name)) return known->entry;
        return std::nullopt;
    }

    Range size_or_unknown(const Expr& expr) { return size_of(expr).value_or(Range::unknown()); }
    void set_size(const Expr& expr, const std::optional<Range>& size) {
        if (size) sizes_.insert_or_assign(&expr, *size);
    }
    void set_entry(const Expr& expr, const std::optional<EntrySize>& entry) {
        if (entry) entries_.insert_or_assign(&expr, *entry);
    }

    Range ident(const Expr& expr) {
        const Local* known = local(expr.name);
        paths_[&expr] = known ? known->path : ValuePath{expr.name};
        return Range::fixed(1);
    }

    Range select(const Expr& expr) {
        const Expr& operand = *expr.args[0];
        Range sum = cost(operand);
        if (expr.test_only) return sum;
        Kind kind = operand.type->kind;
        if (kind == Kind::Map || kind == Kind::Struct || kind == Kind::Param) sum = sum + Range::fixed(1);
        paths_[&expr] = extended(path_of(operand), expr.name);
        return sum;
    }

    Range list(const Expr& expr) {
        Range sum = Range::fixed(10), item{expr.args.empty() ? 0 : kUnbounded, 0};
        for (const auto& arg : expr.args) {
            sum = sum + cost(*arg);
            item = item.either(size_or_unknown(*arg));
        }
        set_entry(expr, EntrySize{true, Range::fixed(1), item});
        return sum;
    }

    Range map(const Expr& expr) {
        Range sum = Range::fixed(30), key{expr.args.empty() ? 0 : kUnbounded, 0}, value = key;
        for (size_t i = 0; i < expr.args.size(); i += 2) {
            sum = sum + cost(*expr.args[i]) + cost(*expr.args[i + 1]);
            key = key.either(size_or_unknown(*expr.args[i]));
            value = value.either(size_or_unknown(*expr.args[i + 1]));
        }
        set_entry(expr, EntrySize{false, key, value});
        return sum;
    }

    SizedNode node(const Expr& expr) {
        SizedNode out;
        out.path = path_of(expr);
        if (!out.path.empty() && out.path[0] == kAccumulator) out.path.clear();
        out.type = expr.type;
        out.expr = &expr;
        out.size = size_of(expr);
        return out;
    }

    Range call(const Expr& expr) {
        if (expr.name == "dyn" && expr.args.size() == 1) {
            Range sum = cost(*expr.args[0]) + Range::fixed(1);
            set_size(expr, size_of(*expr.args[0]));
            set_entry(expr, entry_of(*expr.args[0]));
            return sum;
        }
        std::vector<SizedNode> args;
        std::vector<Range> costs;
        for (size_t i = expr.member; i < expr.args.size(); ++i) {
            costs.push_back(cost(*expr.args[i]));
            args.push_back(node(*expr.args[i]));
        }
        if (expr.overloads.empty()) return {};
        Range sum;
        std::optional<SizedNode> target;
        if (expr.member) {
            sum = cost(*expr.args[0]);
            target = node(*expr.args[0]);
        }
        Range total{kUnbounded, 0};
        std::optional<Range> result;
        for (const Overload* overload : expr.overloads) {
            CallEstimate estimate = one_overload(expr, *overload, target ? &*target : nullptr, args, costs);
            total = total.either(estimate.cost);
            if (estimate.result_size) result = result ? result->either(*estimate.result_size) : *estimate.result_size;
            if (overload->id == "index_list" || overload->id == "index_map") {
                auto entry = entry_of(*args[0].expr);
                result = entry ? std::optional<Range>(entry->value) : std::nullopt;
                paths_[&expr] = extended(path_of(*args[0].expr), overload->id == "index_list" ? "@items" : "@values");
            }
            if (!result) result = size_of(expr);
        }
        set_size(expr, result);
        return sum + total;
    }

    CallEstimate one_overload(const Expr& expr, const Overload& overload, const SizedNode* target, std::span<const SizedNode> args, std::span<const Range> costs) {
        Range of_args;
        for (Range each : costs) of_args = of_args + each;
        if (auto known = estimate_known_call(overload, target, args, *this)) return {known->cost + of_args, known->result_size};
        CallEstimate out = standard(expr, overload, target, args, costs);
        bool has_own = overload.id == "logical_and" || overload.id == "logical_or" || overload.id == "conditional";
        if (!has_own) out.cost = out.cost + of_args;
        return out;
    }

    CallEstimate standard(const Expr& expr, const Overload& overload, const SizedNode* target, std::span<const SizedNode> args, std::span<const Range> costs) {
        std::string_view id = overload.id;
        auto size = [&](size_t i) { return args[i].size_or_unknown(); };
        if (id == "logical_and" || id == "logical_or") return {{costs[0].min, (costs[0] + costs[1]).max}, std::nullopt};
        if (id == "conditional") {
            set_entry(expr, either(entry_of(*args[1].expr), entry_of(*args[2].expr)));
            return {costs[0] + costs[1].either(costs[2]), size(1).either(size(2))};
        }
        if (id == "add_list" || overload.charge == Charge::Sum) {
            Range whole = size(0) + size(1);
            set_entry(expr, either(entry_of(*args[0].expr), entry_of(*args[1].expr)));
            return {id == "add_list" ? Range::fixed(1) : whole.scaled(0.1), whole};
        }
        if (id == "string_format" && target) return {target->size_or_unknown().scaled(0.1), std::nullopt};
        if (id == "string_to_bytes") return {size(0).scaled(0.1), Range{size(0).min, multiply_capped(size(0).max, 4)}};
        if (id == "bytes_to_string") return {size(0).scaled(0.1), Range{size(0).min / 4, size(0).max}};
        if (id == "strings_quote") return {size(0).scaled(0.1), Range{add_capped(size(0).min, 2), add_capped(multiply_capped(size(0).max, 2), 2)}};
        if (id == "starts_with_string" || id == "ends_with_string") return {size(0).scaled(0.1), std::nullopt};
        switch (overload.charge) {
            case Charge::InList: return {size(1), std::nullopt};
            case Charge::Matches: return {(target->size_or_unknown() + Range::fixed(1)).scaled(0.1) * size(0).scaled(0.25), std::nullopt};
            case Charge::Contains: return {target->size_or_unknown().scaled(0.1) * size(0).scaled(0.1), std::nullopt};
            case Charge::Equality:
            case Charge::Smaller: {
                uint64_t most = std::min(size(0).max, size(1).max);
                return {Range{most > 0 ? 1u : 0u, most}.scaled(0.1), std::nullopt};
            }
            default: return {Range::fixed(1), std::nullopt};
        }
    }

    void push_loop_variable(const std::string& name, const Expr& range, bool key, bool two) {
        auto entry = entry_of(range);
        bool list = entry ? entry->list : range.type->kind == Kind::List;
        Local out;
        out.name = name;
        bool value = two ? !key : list;
        ValuePath path = path_of(range);
        // Kubernetes' estimates take the key's path for the value's where cel-go's slices share their memory; they are an interface by now.
        bool shared = two && !path.empty() && (path.size() & (path.size() - 1)) != 0;
        out.path = extended(std::move(path), value || shared ? (list ? "@items" : "@values") : (list ? "@indices" : "@keys"));
        if (entry) out.size = value ? entry->value : entry->key;
        locals_.push_back(std::move(out));
    }

    Range fold(const Expr& expr) {
        const Fold& f = *expr.fold;
        bool bind = f.range->kind == Expr::Kind::List && f.range->args.empty() && f.condition->kind == Expr::Kind::Literal && f.accumulator != kAccumulator;
        Range sum = cost(*f.range) + cost(*f.init);
        locals_.push_back({f.accumulator, path_of(*f.init), size_of(*f.init), entry_of(*f.init)});
        size_t inner = locals_.size();
        if (bind) {
            sum = sum + cost(*f.result);
            set_size(expr, size_of(*f.result));
            set_entry(expr, entry_of(*f.result));
            locals_.resize(inner - 1);
            return sum;
        }
        push_loop_variable(f.var, *f.range, true, !f.var2.empty());
        if (!f.var2.empty()) push_loop_variable(f.var2, *f.range, false, true);
        Range loop = cost(*f.condition);
        Range step = cost(*f.step);
        std::optional<EntrySize> step_entry = entry_of(*f.step);
        locals_.resize(inner);
        sum = sum + cost(*f.result);
        locals_.resize(inner - 1);
        Range count = size_or_unknown(*f.range);
        sum = sum + count * (step + loop);
        if (f.init->kind == Expr::Kind::Literal) set_size(expr, size_of(*f.init));
        if (f.init->kind == Expr::Kind::List || f.init->kind == Expr::Kind::Map) {
            set_size(expr, count);
            set_entry(expr, step_entry);
        }
        return sum;
    }

    const Environment& environment_;
    std::vector<Local> locals_;
    std::unordered_map<const Expr*, ValuePath> paths_;
    std::unordered_map<const Expr*, Range> sizes_;
    std::unordered_map<const Expr*, EntrySize> entries_;
};

}  // namespace

CostEstimate estimate_cost(const Expr& root, const Environment& environment) {
    Range cost = Coster(environment).cost(root);
    return {cost.min, cost.max};
}

}  // namespace skiff::cel
