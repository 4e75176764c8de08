#include "cel/parser.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/core.h>

#include "cel/lexer.h"
#include "cel/macros.h"
#include "cel/string_literal.h"
#include "json/utf8.h"

namespace skiff::cel {
namespace {

constexpr std::string_view kStart = "'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";
// Identifiers that no variable may have; they are allowed as field names.
constexpr std::array<std::string_view, 17> kReserved = {"as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
                                                        "namespace", "return", "var", "void", "while"};

class Parser {
public:
    Parser(std::string_view source, Issues& issues, bool bindings) : source_(source), issues_(issues), bindings_(bindings), tokens_(lex(source, issues)) {}

    ExprPtr run() {
        ExprPtr out = expression();
        if (out && !failed_ && peek().kind != Token::Kind::End) {
            unexpected("extraneous input", "<EOF>");
        }
        return failed_ ? nullptr : std::move(out);
    }

private:
    const Token& peek(size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
    const Token& take() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }
    bool accept(std::string_view symbol) {
        if (!peek().is(symbol)) return false;
        take();
        return true;
    }

    ExprPtr fail(Place place, std::string message) {
        if (!failed_) issues_.report(place, std::move(message));
        failed_ = true;
        return nullptr;
    }

    ExprPtr unexpected(std::string_view how, std::string_view expecting) {
        return fail(peek().place, fmt::format("Syntax error: {} '{}' expecting {}", how, peek().text, expecting));
    }

    // The tokens an operand can begin with; `extra` are allowed besides.
    ExprPtr no_operand(std::string_view extra_first = "", std::string_view extra_last = "") {
        bool extraneous = peek().kind == Token::Kind::Symbol && !peek().is("in") && !peek().is(")") && !peek().is("]") && !peek().is("}") && at_ + 2 < tokens_.size();
        return unexpected(extraneous ? "extraneous input" : "mismatched input", fmt::format("{{'[', '{{', '(', {}'.', '-', '!', {}{}", extra_first, extra_last, kStart));
    }

    bool expect(std::string_view symbol, std::string_view or_else = "") {
        if (accept(symbol)) return true;
        if (!or_else.empty()) unexpected("mismatched input", fmt::format("{{'{}', '{}'}}", symbol, or_else));
        else if (symbol == ":") unexpected("mismatched input", "':'");
        else fail(peek().place, fmt::format("Syntax error: missing '{}' at '{}'", symbol, peek().text));
        return false;
    }

    bool deeper(ExprPtr& expr) {
        for (const auto& arg : expr->args) expr->depth = std::max<uint16_t>(expr->depth, static_cast<uint16_t>(arg->depth + 1));
        if (expr->depth <= kNestingMax) return true;
        expr = fail(kNowhere, "max recursion depth exceeded");
        return false;
    }

    ExprPtr expression(std::string_view extra_first = "", std::string_view extra_last = "") {
        if (++nesting_ > kNestingMax) {
            --nesting_;
            return fail(kNowhere, fmt::format("expression recursion limit exceeded: {}", kNestingMax));
        }
        extra_first_ = extra_first;
        extra_last_ = extra_last;
        ExprPtr out = conditional();
        --nesting_;
        return out;
    }

    ExprPtr conditional() {
        ExprPtr condition = logical("||", "_||_");
        if (!condition || !peek().is("?")) return condition;
        Place place = take().place;
        ExprPtr yes = logical("||", "_||_");
        if (!yes || !expect(":")) return nullptr;
        ExprPtr no = expression();
        if (!no) return nullptr;
        ExprPtr out = make_call(place, "_?_:_", std::move(condition), std::move(yes), std::move(no));
        deeper(out);
        return out;
    }

    // a && b && c ... as a balanced tree, so that long chains do not nest deeply.
    ExprPtr logical(std::string_view symbol, std::string_view function) {
        auto term = [&] { return symbol == "||" ? logical("&&", "_&&_") : relation(); };
        std::vector<ExprPtr> terms;
        std::vector<Place> places;
        terms.push_back(term());
        while (terms.back() && peek().is(symbol)) {
            places.push_back(take().place);
            terms.push_back(term());
        }
        if (!terms.back()) return nullptr;
        return balanced(terms, places, function, 0, static_cast<int>(places.size()) - 1);
    }

    ExprPtr balanced(std::vector<ExprPtr>& terms, const std::vector<Place>& places, std::string_view function, int lo, int hi) {
        if (lo > hi) return std::move(terms[static_cast<size_t>(lo)]);
        int mid = (lo + hi + 1) / 2;
        ExprPtr left = mid == lo ? std::move(terms[static_cast<size_t>(mid)]) : balanced(terms, places, function, lo, mid - 1);
        ExprPtr right = mid == hi ? std::move(terms[static_cast<size_t>(mid) + 1]) : balanced(terms, places, function, mid + 1, hi);
        return make_call(places[static_cast<size_t>(mid)], function, std::move(left), std::move(right));
    }

    ExprPtr chain(ExprPtr (Parser::*operand)(), std::span<const std::pair<std::string_view, std::string_view>> operators) {
        ExprPtr left = (this->*operand)();
        while (left) {
            auto it = std::find_if(operators.begin(), operators.end(), [&](const auto& op) { return peek().is(op.first); });
            if (it == operators.end()) break;
            Place place = take().place;
            ExprPtr right = (this->*operand)();
            if (!right) return nullptr;
            left = make_call(place, it->second, std::move(left), std::move(right));
            if (!deeper(left)) return nullptr;
        }
        return left;
    }

    ExprPtr relation() {
        static constexpr std::pair<std::string_view, std::string_view> kOperators[] = {{"<", "_<_"},   {"<=", "_<=_"}, {">=", "_>=_"}, {">", "_>_"},
                                                                                       {"==", "_==_"}, {"!=", "_!=_"}, {"in", "@in"}};
        return chain(&Parser::sum, kOperators);
    }
    ExprPtr sum() {
        static constexpr std::pair<std::string_view, std::string_view> kOperators[] = {{"+", "_+_"}, {"-", "_-_"}};
        return chain(&Parser::product, kOperators);
    }
    ExprPtr product() {
        static constexpr std::pair<std::string_view, std::string_view> kOperators[] = {{"*", "_*_"}, {"/", "_/_"}, {"%", "_%_"}};
        return chain(&Parser::unary, kOperators);
    }

    ExprPtr unary() {
        for (auto [symbol, function] : {std::pair<std::string_view, std::string_view>{"!", "!_"}, {"-", "-_"}}) {
            if (!peek().is(symbol)) continue;
            auto number = [&](const Token& token) { return token.kind == Token::Kind::Int || token.kind == Token::Kind::Double; };
            if (symbol == "-" && number(peek(1))) return member();
            Place place = peek().place;
            size_t count = 0;
            for (; accept(symbol); ++count) {}
            ExprPtr operand = member();
            if (!operand || count % 2 == 0) return operand;
            ExprPtr out = make_call(place, function, std::move(operand));
            return out;
        }
        return member();
    }

    ExprPtr member() {
        ExprPtr out = primary();
        while (out && !failed_) {
            if (peek().is(".")) out = select(std::move(out));
            else if (peek().is("[")) out = index(std::move(out));
            else break;
        }
        return failed_ ? nullptr : std::move(out);
    }

    ExprPtr select(ExprPtr operand) {
        Place dot = take().place;
        bool optional = accept("?");
        if (peek().kind == Token::Kind::EscapedIdent) return fail(peek().place, "unsupported syntax: '`'");
        if (peek().kind != Token::Kind::Ident) {
            bool word = peek().is("true") || peek().is("false") || peek().is("null");
            if (word) return unexpected("mismatched input", "IDENTIFIER");
            return fail(peek().place, fmt::format("Syntax error: no viable alternative at input '.{}'", peek().kind == Token::Kind::End ? "" : peek().text));
        }
        const Token& name = take();
        if (optional) {
            ExprPtr out = make_call(dot, "_?._", std::move(operand), make_literal(name.place, Value::string(std::string(name.text))));
            deeper(out);
            return out;
        }
        if (peek().is("(")) return call(std::move(operand), name);
        ExprPtr out = make_expr(Expr::Kind::Select, dot, std::string(name.text));
        out->args.push_back(std::move(operand));
        deeper(out);
        return out;
    }

    ExprPtr index(ExprPtr operand) {
        Place place = take().place;
        bool optional = accept("?");
        ExprPtr key = expression("", optional ? "" : "'?', ");
        if (!key || !expect("]")) return nullptr;
        ExprPtr out = make_call(place, optional ? "_[?_]" : "_[_]", std::move(operand), std::move(key));
        deeper(out);
        return out;
    }

    ExprPtr call(ExprPtr target, const Token& name) {
        Place place = take().place;
        MacroCall macro{name.text, std::move(target), {}, place, bindings_};
        if (!accept(")")) {
            do {
                ExprPtr arg = expression(macro.args.empty() ? "')', " : "");
                if (!arg) return nullptr;
                macro.args.push_back(std::move(arg));
            } while (accept(","));
            if (!expect(")", ",")) return nullptr;
        }
        ExprPtr out = expand_macro(macro, issues_);
        if (out) {
            if (out->kind == Expr::Kind::Literal) failed_ = true;
            return out;
        }
        out = make_expr(Expr::Kind::Call, place, std::string(name.text));
        if (macro.target) {
            out->member = true;
            out->args.push_back(std::move(macro.target));
        }
        for (auto& arg : macro.args) out->args.push_back(std::move(arg));
        deeper(out);
        return out;
    }

    ExprPtr primary() {
        std::string_view first = std::exchange(extra_first_, {}), last = std::exchange(extra_last_, {});
        const Token& token = peek();
        switch (token.kind) {
            case Token::Kind::Int:
            case Token::Kind::Uint:
            case Token::Kind::Double: return number();
            case Token::Kind::String:
            case Token::Kind::Bytes: return text();
            case Token::Kind::Ident: return identifier();
            default: break;
        }
        if (token.is("-") && (peek(1).kind == Token::Kind::Int || peek(1).kind == Token::Kind::Double)) return number();
        if (token.is(".") && peek(1).kind == Token::Kind::Ident) return identifier();
        for (auto [word, value] : {std::pair{"true", Value::of(true)}, {"false", Value::of(false)}, {"null", Value()}})
            if (token.is(word)) return make_literal(take().place, value);
        if (accept("(")) {
            ExprPtr out = expression();
            return out && expect(")") ? std::move(out) : nullptr;
        }
        if (token.is("[")) return list();
        if (token.is("{")) return map();
        return no_operand(first, last);
    }

    ExprPtr number() {
        Place place = peek().place;
        std::string digits = accept("-") ? "-" : "";
        const Token& token = take();
        std::string_view text = token.text;
        if (token.kind == Token::Kind::Uint) text.remove_suffix(1);
        int base = 10;
        if (text.substr(0, 2) == "0x") {
            base = 16;
            text.remove_prefix(2);
        }
        digits += text;
        const char* end = digits.data() + digits.size();
        if (token.kind == Token::Kind::Double) {
            double value = 0;
            if (std::from_chars(digits.data(), end, value).ec != std::errc()) return fail(place, "invalid double literal");
            return make_literal(place, Value::of_double(value));
        }
        if (token.kind == Token::Kind::Uint) {
            uint64_t value = 0;
            if (std::from_chars(digits.data(), end, value, base).ec != std::errc()) return fail(place, "invalid uint literal");
            return make_literal(place, Value::of_uint(value));
        }
        int64_t value = 0;
        if (std::from_chars(digits.data(), end, value, base).ec != std::errc()) return fail(place, "invalid int literal");
        return make_literal(place, Value::of_int(value));
    }

    ExprPtr text() {
        const Token& token = take();
        bool bytes = token.kind == Token::Kind::Bytes;
        auto value = unquote(bytes ? token.text.substr(1) : token.text, bytes ? Quoted::Bytes : Quoted::Text);
        if (!value.ok()) return fail(token.place, value.status().message());
        return make_literal(token.place, bytes ? Value::bytes(std::move(*value)) : Value::string(std::move(*value)));
    }

    ExprPtr identifier() {
        Place place = peek().place;
        bool leading_dot = accept(".");
        // A name of dots that ends in { makes a structure.
        size_t ahead = 1;
        while (peek(ahead).is(".") && peek(ahead + 1).kind == Token::Kind::Ident) ahead += 2;
        if (peek(ahead).is("{")) return structure(leading_dot, ahead);
        const Token& name = take();
        if (std::find(kReserved.begin(), kReserved.end(), name.text) != kReserved.end()) return fail(place, fmt::format("reserved identifier: {}", name.text));
        if (peek().is("(")) return call(nullptr, name);
        return make_expr(Expr::Kind::Ident, name.place, (leading_dot ? "." : "") + std::string(name.text));
    }

    ExprPtr structure(bool leading_dot, size_t tokens) {
        std::string name = leading_dot ? "." : "";
        for (size_t i = 0; i < tokens; ++i) name += take().text;
        ExprPtr out = make_expr(Expr::Kind::Struct, take().place, name);
        while (!peek().is("}") && !peek().is(",")) {
            bool optional = accept("?");
            if (peek().kind != Token::Kind::Ident) return unexpected("mismatched input", "{'}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}");
            out->fields.emplace_back(take().text);
            if (!peek().is(":")) return unexpected("mismatched input", "':'");
            out->entry_places.push_back(take().place);
            ExprPtr value = expression();
            if (!value) return nullptr;
            out->args.push_back(std::move(value));
            out->optional.push_back(optional);
            if (!peek().is(",") || peek(1).is("}")) break;
            take();
        }
        accept(",");
        if (!expect("}", ",")) return nullptr;
        deeper(out);
        return out;
    }

    ExprPtr list() {
        ExprPtr out = make_expr(Expr::Kind::List, take().place);
        while (!peek().is("]") && !peek().is(",")) {
            bool optional = accept("?");
            ExprPtr item = expression("", out->args.empty() ? "" : "'?', ");
            if (!item) return nullptr;
            out->args.push_back(std::move(item));
            out->optional.push_back(optional);
            if (!peek().is(",") || peek(1).is("]")) break;
            take();
        }
        accept(",");
        if (!expect("]", ",")) return nullptr;
        deeper(out);
        return out;
    }

    ExprPtr map() {
        ExprPtr out = make_expr(Expr::Kind::Map, take().place);
        while (!peek().is("}") && !peek().is(",")) {
            bool optional = accept("?");
            ExprPtr key = expression();
            if (!key || !expect(":")) return nullptr;
            out->entry_places.push_back(tokens_[at_ - 1].place);
            ExprPtr value = expression();
            if (!value) return nullptr;
            out->args.push_back(std::move(key));
            out->args.push_back(std::move(value));
            out->optional.push_back(optional);
            if (!peek().is(",") || peek(1).is("}")) break;
            take();
        }
        accept(",");
        if (!expect("}", ",")) return nullptr;
        deeper(out);
        return out;
    }

    std::string_view source_;
    Issues& issues_;
    const bool bindings_;
    std::vector<Token> tokens_;
    size_t at_ = 0;
    int nesting_ = 0;
    bool failed_ = false;
    std::string_view extra_first_, extra_last_;   // what may also stand where the next operand stands, for messages
};

}  // namespace

ExprPtr parse(std::string_view source, Issues& issues, bool bindings) {
    size_t characters = 0;
    for (char c : source) characters += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    if (characters > kSourceMax) {
        issues.report(kNowhere, fmt::format("expression code point size exceeds limit: size: {}, limit {}", characters, kSourceMax));
        return nullptr;
    }
    ExprPtr out = Parser(source, issues, bindings).run();
    return issues.empty() ? std::move(out) : nullptr;
}

}  // namespace skiff::cel
