// What is known before the first evaluation: literal lists and maps, conversions of literals, and literals that are wrong.
#include <array>
#include <algorithm>

#include <fmt/core.h>

#include "cel/compiled.h"
#include "cel/functions.h"
#include "cel/nodes.h"

namespace skiff::cel {
namespace {

bool constant(const Expr& expr) { return expr.constant || expr.kind == Expr::Kind::Literal; }

bool is_conversion(std::string_view name) {
    constexpr std::array<std::string_view, 10> kNames = {"bool", "bytes", "double", "duration", "dyn", "int", "string", "timestamp", "type", "uint"};
    return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

template <typename F>
void each_child(const Expr& expr, const F& visit) {
    for (const auto& arg : expr.args) visit(*arg);
    if (!expr.fold) return;
    for (const ExprPtr* part : {&expr.fold->range, &expr.fold->init, &expr.fold->condition, &expr.fold->step, &expr.fold->result}) visit(**part);
}

Value value_of(const Expr& expr) {
    static const RegexTable kNone;
    return evaluate(expr, {}, {}, kNone, nullptr, {kPerCallLimit, kWorkMax}).value;
}

bool converts(const Expr& literal, std::string_view function) {
    auto call = std::make_unique<Expr>();
    call->kind = Expr::Kind::Call;
    call->name = function;
    call->args.push_back(copy_expr(literal));
    for (const Overload* overload : find_function(function, false)) call->overloads.push_back(overload);
    plan_node(*call->args[0]);
    plan_node(*call);
    return !value_of(*call).is_error();
}

void check_same(const Expr& first, const Expr& other, bool first_optional, bool other_optional, Issues& issues) {
    auto inner = [](const Expr& expr, bool optional) { return optional && expr.type->is_optional() ? expr.type->params[0] : expr.type; };
    TypePtr a = inner(first, first_optional), b = inner(other, other_optional);
    if (!(*a == *b)) issues.report(other.place, fmt::format("expected type '{}' but found '{}'", a->text(), b->text()));
}

class LiteralChecks {
public:
    explicit LiteralChecks(Issues& issues) : issues_(issues) {}

    void visit(const Expr& expr, bool in_format) {
        if (expr.kind == Expr::Kind::Call) call(expr);
        if (!in_format && expr.kind == Expr::Kind::List) {
            for (size_t i = 1; i < expr.args.size(); ++i) {
                size_t before = issues_.count();
                check_same(*expr.args[0], *expr.args[i], expr.optional[0], expr.optional[i], issues_);
                if (issues_.count() > before) break;
            }
        }
        if (!in_format && expr.kind == Expr::Kind::Map) {
            for (size_t i = 2; i < expr.args.size(); i += 2) {
                check_same(*expr.args[0], *expr.args[i], false, false, issues_);
                check_same(*expr.args[1], *expr.args[i + 1], expr.optional[0], expr.optional[i / 2], issues_);
            }
        }
        bool below_format = in_format || (expr.kind == Expr::Kind::Call && expr.name == "format");
        each_child(expr, [&](const Expr& child) { visit(child, below_format); });
    }

private:
    void call(const Expr& expr) {
        if (expr.args.size() <= static_cast<size_t>(expr.member)) return;
        const Expr& first = *expr.args[expr.member];
        if (first.kind == Expr::Kind::Literal) {
            bool time = expr.name == "duration" || expr.name == "timestamp";
            if (time && !converts(first, expr.name)) issues_.report(first.place, fmt::format("invalid {} argument", expr.name));
            if (expr.name == "matches" && !Regex::compile(first.literal.text()).ok()) issues_.report(first.place, "invalid matches argument");
        }
        if (expr.name == "format" && expr.member && expr.args[0]->kind == Expr::Kind::Literal && first.kind == Expr::Kind::List) format(expr, first);
    }

    // Literal formats are tried with arguments of the declared types.
    void format(const Expr& call, const Expr& list) {
        std::string_view text = call.args[0]->literal.text();
        size_t used = 0;
        for (size_t i = 0; i < text.size(); ++i) {
            if (text[i] != '%') continue;
            if (text.substr(i + 1, 1) == "%") {
                ++i;
                continue;
            }
            if (used >= list.args.size()) return issues_.report(call.place, fmt::format("index {} out of range", used));
            size_t end = i + 1;
            if (text.substr(end, 1) == ".")
                for (++end; end < text.size() && text[end] >= '0' && text[end] <= '9'; ++end) {}
            const Expr& arg = *list.args[used++];
            Value sample = sample_of(*arg.type);
            bool known = !sample.is(ValueKind::Optional) || arg.type->is_optional();
            Value out = known ? format_text(text.substr(i, end + 1 - i), Value::list({sample})) : Value();
            if (out.is_error()) {
                bool clause = out.text().substr(0, 5) == "error";
                return issues_.report(clause ? arg.place : call.place, std::string(out.text()));
            }
            i = end;
        }
        if (list.args.size() > used)
            issues_.report(call.place, fmt::format("too many arguments supplied to string.format (expected {}, got {})", used, list.args.size()));
    }

    // A value of the type; optional.none() when only the evaluation can tell.
    static Value sample_of(const Type& type) {
        switch (type.kind) {
            case Type::Kind::Null: return {};
            case Type::Kind::Bool: return Value::of(true);
            case Type::Kind::Int: return Value::of_int(1);
            case Type::Kind::Uint: return Value::of_uint(1);
            case Type::Kind::Double: return Value::of_double(1);
            case Type::Kind::String: return Value::string("NaN");
            case Type::Kind::Bytes: return Value::bytes("");
            case Type::Kind::Timestamp: return Value::timestamp(0, 0);
            case Type::Kind::Duration: return Value::duration(0);
            case Type::Kind::List: return Value::list({});
            case Type::Kind::Map: return Value::map({});
            case Type::Kind::Type: return Value::type_value("int");
            default: return Value::none();
        }
    }

    Issues& issues_;
};

// Lists of plain literals are looked up without cost, so they must not cost.
std::shared_ptr<const ConstantSet> set_of(const Value& list) {
    if (!list.is(ValueKind::List)) return nullptr;
    auto out = std::make_shared<ConstantSet>();
    for (size_t i = 0; i < list.size(); ++i) {
        Value item = list.at(i);
        const ValueKind kind = item.kind();
        if (kind != ValueKind::Bool && kind != ValueKind::Int && kind != ValueKind::Uint && kind != ValueKind::String) return nullptr;
        out->insert(key_text(item));
    }
    return out;
}

}  // namespace

Status fold_constants(Expr& root) {
    for (auto& arg : root.args) TRY(fold_constants(*arg));
    if (root.fold)
        for (ExprPtr* part : {&root.fold->range, &root.fold->init, &root.fold->condition, &root.fold->step, &root.fold->result}) TRY(fold_constants(**part));
    plan_node(root);
    if (root.kind == Expr::Kind::Ident && root.is_type_name) {
        root.literal = value_of(root);
        root.constant = true;
        root.op = Op::Constant;
        return {};
    }
    bool all = std::all_of(root.args.begin(), root.args.end(), [](const ExprPtr& arg) { return constant(*arg); });
    bool literal = (root.kind == Expr::Kind::List || root.kind == Expr::Kind::Map) && all;
    bool conversion = root.kind == Expr::Kind::Call && !root.member && all && root.args.size() == 1 && is_conversion(root.name);
    bool never = root.kind == Expr::Kind::Call && root.name == "@in" && root.overloads.size() == 1 && root.overloads[0]->id == "in_list" && constant(*root.args[1]) &&
                 root.args[1]->literal.size() == 0;
    if (root.op == Op::In && !never && root.overloads.size() == 1 && constant(*root.args[1])) {
        root.set = set_of(root.args[1]->literal);
        if (root.set) root.op = Op::InSet;
    }
    if (!literal && !conversion && !never) return {};
    Value value = never ? Value::of(false) : value_of(root);
    if (value.is_error()) return error(Reason::BadRequest, "program instantiation failed: {}", value.text());
    root.literal = std::move(value);
    root.constant = true;
    root.op = Op::Constant;
    return {};
}

void validate_literals(const Expr& root, Issues& issues) { LiteralChecks(issues).visit(root, false); }

}  // namespace skiff::cel
