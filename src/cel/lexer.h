// Tokens of CEL (cel-spec, "Syntax"). Any thread.
#pragma once

#include <string_view>
#include <vector>

#include "cel/issues.h"

namespace skiff::cel {

struct Token {
    enum class Kind : uint8_t { End, Symbol, Ident, EscapedIdent, Int, Uint, Double, String, Bytes };
    Kind kind = Kind::End;
    std::string_view text;      // a view into the source; of Symbol also: in true false null
    Place place = 0;
    bool is(std::string_view symbol) const { return kind == Kind::Symbol && text == symbol; }
};

// Ends with an End token. What is no token is reported and skipped.
std::vector<Token> lex(std::string_view source, Issues& issues);

}  // namespace skiff::cel
