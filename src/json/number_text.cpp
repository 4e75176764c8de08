#include "json/number_text.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

#include <fmt/core.h>

namespace skiff::json {

namespace {

void append_plain(std::string& out, const Decimal& d) {
    if (d.negative) out += '-';
    int count = static_cast<int>(d.digits.size());
    if (d.point <= 0) {
        out += "0.";
        out.append(static_cast<size_t>(-d.point), '0');
        out += d.digits;
    } else if (d.point >= count) {
        out += d.digits;
        out.append(static_cast<size_t>(d.point - count), '0');
    } else {
        out.append(d.digits, 0, static_cast<size_t>(d.point));
        out += '.';
        out.append(d.digits, static_cast<size_t>(d.point));
    }
}

void append_exponent(std::string& out, const Decimal& d, int exponent_digits_min) {
    if (d.negative) out += '-';
    out += d.digits[0];
    if (d.digits.size() > 1) {
        out += '.';
        out.append(d.digits, 1);
    }
    int exponent = d.point - 1;
    out += exponent < 0 ? "e-" : "e+";
    out += fmt::format("{:0{}}", std::abs(exponent), exponent_digits_min);
}

}  // namespace

Decimal shortest_decimal(double value) {
    char buffer[64];
    auto end = std::to_chars(buffer, buffer + sizeof buffer - 1, value, std::chars_format::scientific).ptr;
    Decimal d;
    *end = '\0';
    const char* p = buffer;
    if (*p == '-') {
        d.negative = true;
        ++p;
    }
    for (; p < end && *p != 'e'; ++p)
        if (*p != '.') d.digits += *p;
    while (d.digits.size() > 1 && d.digits.back() == '0') d.digits.pop_back();
    d.point = std::atoi(p + 1) + 1;
    return d;
}

void append_json_double(std::string& out, double value) {
    if (!std::isfinite(value)) {
        out += "null";
    } else if (value == 0) {
        out += std::signbit(value) ? "-0" : "0";
    } else if (double magnitude = std::abs(value); magnitude < 1e-6 || magnitude >= 1e21) {
        // encoding/json drops the leading zero of a negative exponent: 1e-9, not 1e-09.
        append_exponent(out, shortest_decimal(value), 1);
    } else {
        append_plain(out, shortest_decimal(value));
    }
}

void append_yaml_double(std::string& out, double value) {
    if (std::isnan(value)) {
        out += ".nan";
    } else if (std::isinf(value)) {
        out += value < 0 ? "-.inf" : ".inf";
    } else if (value == 0) {
        out += std::signbit(value) ? "-0" : "0";
    } else {
        Decimal d = shortest_decimal(value);
        int exponent = d.point - 1;
        if (exponent < -4 || exponent >= 6) append_exponent(out, d, 2);
        else append_plain(out, d);
    }
}

}  // namespace skiff::json
