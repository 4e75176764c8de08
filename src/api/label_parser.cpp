#include "api/label_parser.h"

#include <algorithm>
#include <set>

#include "api/go_text.h"
#include "api/names.h"
#include "base/strings.h"

namespace skiff::api {

namespace {

// Every requirement is asked of every object of a list.
constexpr size_t kTextBytesMax = 256 << 10, kRequirementsMax = 500;

using Operator = LabelRequirement::Operator;

enum class Token { Error, End, Close, Comma, Not, DoubleEquals, Equals, Greater, Identifier, In, Less, NotEquals, NotIn, Open };

struct Item {
    Token token;
    std::string text;
};

constexpr std::pair<std::string_view, Token> kSymbols[] = {{")", Token::Close},   {",", Token::Comma}, {"!", Token::Not}, {"==", Token::DoubleEquals},
                                                           {"=", Token::Equals}, {">", Token::Greater}, {"<", Token::Less}, {"!=", Token::NotEquals},
                                                           {"(", Token::Open},   {"in", Token::In},     {"notin", Token::NotIn}};

Token symbol(std::string_view text) {
    for (auto [name, token] : kSymbols)
        if (name == text) return token;
    return Token::Error;
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_special(char c) { return std::string_view("=!(),><").find(c) != std::string_view::npos; }

std::vector<Item> scan(std::string_view text) {
    std::vector<Item> items;
    size_t at = 0;
    while (at < text.size()) {
        if (is_space(text[at])) {
            ++at;
            continue;
        }
        size_t start = at;
        if (is_special(text[at])) {
            // The longest operator that the characters begin with.
            Token best = Token::Error;
            size_t end = at + 1;
            for (size_t length = 1; at + length <= text.size() && is_special(text[at + length - 1]); ++length) {
                Token token = symbol(text.substr(at, length));
                if (token == Token::Error && best != Token::Error) break;
                if (token != Token::Error) best = token;
                end = at + length;
            }
            items.push_back({best, std::string(text.substr(start, end - start))});
            at = end;
            continue;
        }
        while (at < text.size() && !is_special(text[at]) && !is_space(text[at])) ++at;
        std::string word(text.substr(start, at - start));
        Token token = symbol(word);
        items.push_back({token == Token::Error ? Token::Identifier : token, std::move(word)});
    }
    items.push_back({Token::End, ""});
    return items;
}

Status expected(const Item& found, std::string_view what) { return error(Reason::BadRequest, "found '{}', expected: {}", found.text, what); }

class Parser {
public:
    explicit Parser(std::string_view text) : items_(scan(text)) {}

    Result<std::vector<LabelRequirement>> parse() {
        std::vector<LabelRequirement> all;
        for (;;) {
            const Item& next = peek();
            if (next.token == Token::End) return all;
            if (!starts_requirement(next)) return expected(next, "!, identifier, or 'end of string'");
            auto one = requirement();
            if (!one.ok()) return std::move(one).status().context("unable to parse requirement");
            if (all.size() >= kRequirementsMax) return error(Reason::BadRequest, "unable to parse requirement: more than {} requirements", kRequirementsMax);
            all.push_back(std::move(one).value());
            const Item& after = take();
            if (after.token == Token::End) return all;
            if (after.token != Token::Comma) return expected(after, "',' or 'end of string'");
            if (!starts_requirement(peek())) return expected(peek(), "identifier after ','");
        }
    }

private:
    static bool is_identifier(const Item& item) { return item.token == Token::Identifier || item.token == Token::In || item.token == Token::NotIn; }
    static bool starts_requirement(const Item& item) { return is_identifier(item) || item.token == Token::Not; }
    const Item& peek() const { return items_[std::min(at_, items_.size() - 1)]; }
    const Item& take() { return items_[std::min(at_++, items_.size() - 1)]; }

    Result<LabelRequirement> requirement() {
        LabelRequirement requirement;
        const Item* item = &take();
        bool negated = item->token == Token::Not;
        if (negated) item = &take();
        if (!is_identifier(*item)) return expected(*item, "identifier");
        requirement.key = item->text;
        if (auto complaints = check_qualified_name(requirement.key); !complaints.empty())
            return error(Reason::BadRequest, "<nil>: Invalid value: {}: {}", go_quote(requirement.key), join(complaints, "; "));
        if (negated || peek().token == Token::End || peek().token == Token::Comma) {
            requirement.op = negated ? Operator::DoesNotExist : Operator::Exists;
            return requirement;
        }
        TRY(read_operator(requirement));
        std::set<std::string> values;
        if (requirement.op == Operator::In || requirement.op == Operator::NotIn) TRY(read_list(values));
        else TRY(read_one(values));
        requirement.values.assign(values.begin(), values.end());
        TRY(check_values(requirement));
        return requirement;
    }

    Status read_operator(LabelRequirement& requirement) {
        const Item& item = take();
        switch (item.token) {
            case Token::In: requirement.op = Operator::In; break;
            case Token::NotIn: requirement.op = Operator::NotIn; break;
            case Token::Equals: requirement.op = Operator::Equals; break;
            case Token::DoubleEquals: requirement.op = Operator::DoubleEquals; break;
            case Token::NotEquals: requirement.op = Operator::NotEquals; break;
            case Token::Greater: requirement.op = Operator::GreaterThan; break;
            case Token::Less: requirement.op = Operator::LessThan; break;
            default: return expected(item, "in, notin, =, ==, !=, gt, lt");
        }
        return {};
    }

    Status read_one(std::set<std::string>& values) {
        if (peek().token == Token::End || peek().token == Token::Comma) {
            values.insert("");
            return {};
        }
        const Item& item = take();
        if (!is_identifier(item)) return expected(item, "identifier");
        values.insert(item.text);
        return {};
    }

    // (a,b), also with empty elements: () (,a) (a,).
    Status read_list(std::set<std::string>& values) {
        const Item& open = take();
        if (open.token != Token::Open) return error(Reason::BadRequest, "found '{}' expected: '('", open.text);
        if (peek().token == Token::Close) {
            take();
            values.insert("");
            return {};
        }
        if (!is_identifier(peek()) && peek().token != Token::Comma) return expected(peek(), "',', ')' or identifier");
        for (bool after_comma = true;; ) {
            const Item& item = take();
            if (is_identifier(item)) {
                values.insert(item.text);
                if (peek().token != Token::Comma && peek().token != Token::Close) return expected(peek(), "',' or ')'");
                after_comma = false;
            } else if (item.token == Token::Comma) {
                if (after_comma) values.insert("");
                after_comma = true;
            } else if (item.token == Token::Close) {
                if (after_comma) values.insert("");
                return {};
            } else {
                return expected(item, "',', or identifier");
            }
        }
    }

    static Status check_values(const LabelRequirement& requirement) {
        std::vector<std::string> complaints;
        bool number = requirement.op == Operator::GreaterThan || requirement.op == Operator::LessThan;
        for (size_t i = 0; i < requirement.values.size(); ++i) {
            const std::string& value = requirement.values[i];
            if (number && !parse_int(value))
                complaints.push_back(fmt::format("values[{}]: Invalid value: {}: for 'Gt', 'Lt' operators, the value must be an integer", i, go_quote(value)));
        }
        for (size_t i = 0; i < requirement.values.size(); ++i) {
            const std::string& value = requirement.values[i];
            if (auto wrong = check_label_value(value); !wrong.empty())
                complaints.push_back(fmt::format("values[{}][{}]: Invalid value: {}: {}", i, requirement.key, go_quote(value), join(wrong, "; ")));
        }
        if (complaints.empty()) return {};
        if (complaints.size() == 1) return Status(Reason::BadRequest, complaints[0]);
        return error(Reason::BadRequest, "[{}]", join(complaints, ", "));
    }

    std::vector<Item> items_;
    size_t at_ = 0;
};

}  // namespace

Result<std::vector<LabelRequirement>> parse_label_requirements(std::string_view text) {
    if (text.size() > kTextBytesMax) return error(Reason::BadRequest, "unable to parse requirement: the selector is longer than {} bytes", kTextBytesMax);
    return Parser(text).parse();
}

}  // namespace skiff::api
