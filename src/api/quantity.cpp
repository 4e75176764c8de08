#include "api/quantity.h"

#include <limits>

namespace skiff::api {

namespace {

using Format = Quantity::Format;
__extension__ typedef __int128 Wide;
__extension__ typedef unsigned __int128 UWide;

constexpr Wide kNano = 1'000'000'000;
constexpr UWide kMax = static_cast<UWide>(1) << 120;   // far above every sum of capped quantities
constexpr int kDigitsMax = 28;                          // that are kept exactly

constexpr char kFormatWrong[] = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

bool digit(char c) { return c >= '0' && c <= '9'; }

struct Parts {
    bool negative = false;
    std::string_view whole, fraction, suffix;
};

// False when the text does not have the form of the regular expression above.
bool split_parts(std::string_view text, Parts& parts) {
    size_t at = 0;
    if (text[0] == '-' || text[0] == '+') parts.negative = text[at++] == '-';
    while (at < text.size() && text[at] == '0') ++at;
    size_t start = at;
    while (at < text.size() && digit(text[at])) ++at;
    parts.whole = text.substr(start, at - start);
    if (at < text.size() && text[at] == '.') {
        start = ++at;
        while (at < text.size() && digit(text[at])) ++at;
        parts.fraction = text.substr(start, at - start);
    }
    start = at;
    while (at < text.size() && std::string_view("eEinumkKMGTP").find(text[at]) != std::string_view::npos) ++at;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    while (at < text.size() && digit(text[at])) ++at;
    parts.suffix = text.substr(start);
    return at == text.size();
}

struct Scale {
    int decimal = 0, binary = 0;
    Format format = Format::DecimalSI;
};

bool read_exponent(std::string_view text, int& exponent) {
    bool negative = false;
    if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
        negative = text[0] == '-';
        text.remove_prefix(1);
    }
    if (text.empty() || text.size() > 9) return false;
    exponent = 0;
    for (char c : text) {
        if (!digit(c)) return false;
        exponent = exponent * 10 + (c - '0');
    }
    if (negative) exponent = -exponent;
    return true;
}

bool read_suffix(std::string_view suffix, Scale& scale) {
    static constexpr std::pair<std::string_view, int> kDecimal[] = {{"", 0},  {"n", -9}, {"u", -6}, {"m", -3}, {"k", 3},
                                                                    {"M", 6}, {"G", 9},  {"T", 12}, {"P", 15}, {"E", 18}};
    static constexpr std::pair<std::string_view, int> kBinary[] = {{"Ki", 10}, {"Mi", 20}, {"Gi", 30}, {"Ti", 40}, {"Pi", 50}, {"Ei", 60}};
    for (auto [name, exponent] : kDecimal)
        if (name == suffix) return scale.decimal = exponent, true;
    for (auto [name, exponent] : kBinary)
        if (name == suffix) return scale.binary = exponent, scale.format = Format::BinarySI, true;
    scale.format = Format::DecimalExponent;
    return suffix.size() > 1 && (suffix[0] == 'e' || suffix[0] == 'E') && read_exponent(suffix.substr(1), scale.decimal);
}

UWide times(UWide a, UWide b) { return b != 0 && a > kMax / b ? kMax : a * b; }

// whole.fraction * 10^decimal * 2^binary in units of 10^-9; what does not fit is clamped, what is below rounds up.
UWide magnitude(const Parts& parts, const Scale& scale) {
    UWide value = 0;
    int digits = 0, exponent = scale.decimal + 9;
    bool rest = false;
    for (char c : parts.whole) {
        if (digits++ >= kDigitsMax) return kMax;
        value = value * 10 + static_cast<unsigned>(c - '0');
    }
    for (char c : parts.fraction) {
        // Every digit of the fraction stays exact as long as there is room for the factor 2^binary too.
        if (digits >= kDigitsMax || value > kMax >> (scale.binary + 4)) {
            rest |= c != '0';
            continue;
        }
        value = value * 10 + static_cast<unsigned>(c - '0');
        digits += value != 0;
        --exponent;
    }
    value = times(value, static_cast<UWide>(1) << scale.binary);
    for (; exponent > 0 && value < kMax && value != 0; --exponent) value = times(value, 10);
    for (; exponent < 0 && value != 0; ++exponent) {
        rest |= value % 10 != 0;
        value /= 10;
    }
    return value + (rest && value < kMax);
}

std::string decimal_text(UWide value) {
    if (value == 0) return "0";
    char buffer[48];
    char* at = buffer + sizeof buffer;
    for (; value != 0; value /= 10) *--at = static_cast<char>('0' + static_cast<int>(value % 10));
    return {at, buffer + sizeof buffer};
}

std::string decimal_form(UWide nanos, Format format) {
    int exponent = -9;
    while (exponent < 18 && nanos % 1000 == 0) {
        nanos /= 1000;
        exponent += 3;
    }
    std::string text = decimal_text(nanos);
    if (exponent == 0) return text;
    if (format == Format::DecimalExponent) return text + "e" + std::to_string(exponent);
    return text + "numkMGTPE"[exponent < 0 ? (exponent + 9) / 3 : exponent / 3 + 2];
}

std::string binary_form(UWide value) {
    static constexpr const char* kSuffixes[] = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
    int step = 0;
    while (step < 6 && value % 1024 == 0) {
        value /= 1024;
        ++step;
    }
    return decimal_text(value) + kSuffixes[step];
}

int64_t rounded(Wide nanos, Wide unit) {
    Wide whole = nanos / unit;
    if (nanos % unit != 0) whole += nanos < 0 ? -1 : 1;
    if (whole > std::numeric_limits<int64_t>::max()) return std::numeric_limits<int64_t>::max();
    if (whole < std::numeric_limits<int64_t>::min()) return std::numeric_limits<int64_t>::min();
    return static_cast<int64_t>(whole);
}

}  // namespace

Result<Quantity> Quantity::parse(std::string_view text) {
    Parts parts;
    Scale scale;
    if (text.empty() || !split_parts(text, parts)) return error(Reason::BadRequest, "{}", kFormatWrong);
    if (!read_suffix(parts.suffix, scale)) return error(Reason::BadRequest, "unable to parse quantity's suffix");
    UWide value = magnitude(parts, scale);
    Quantity quantity;
    quantity.format_ = scale.format;
    if (scale.format == Format::BinarySI) {
        constexpr UWide kCap = static_cast<UWide>(std::numeric_limits<int64_t>::max()) * static_cast<UWide>(kNano);
        if (value > kCap) value = kCap;
        if (value > 0 && value < static_cast<UWide>(kNano)) quantity.format_ = Format::DecimalSI;
    }
    quantity.nanos_ = static_cast<Wide>(value);
    if (parts.negative) quantity.nanos_ = -quantity.nanos_;
    return quantity;
}

Quantity Quantity::parse_or_zero(std::string_view text) {
    auto quantity = parse(text);
    return quantity.ok() ? *quantity : Quantity();
}

Quantity Quantity::of(int64_t value, Format format) {
    Quantity quantity;
    quantity.nanos_ = static_cast<Wide>(value) * kNano;
    quantity.format_ = format;
    return quantity;
}

Quantity Quantity::milli(int64_t thousandths) {
    Quantity quantity;
    quantity.nanos_ = static_cast<Wide>(thousandths) * (kNano / 1000);
    return quantity;
}

std::string Quantity::text() const {
    if (nanos_ == 0) return "0";
    UWide value = static_cast<UWide>(nanos_ < 0 ? -nanos_ : nanos_);
    std::string sign = nanos_ < 0 ? "-" : "";
    // A fraction or a small number loses nothing in decimal form.
    bool binary = format_ == Format::BinarySI && value % static_cast<UWide>(kNano) == 0 && value >= 1024 * static_cast<UWide>(kNano);
    if (binary) return sign + binary_form(value / static_cast<UWide>(kNano));
    return sign + decimal_form(value, format_);
}

int64_t Quantity::value() const { return rounded(nanos_, kNano); }
int64_t Quantity::milli_value() const { return rounded(nanos_, kNano / 1000); }
double Quantity::approximate() const { return static_cast<double>(nanos_) / 1e9; }

Quantity& Quantity::operator+=(const Quantity& other) {
    if (is_zero()) format_ = other.format_;
    Wide sum;
    nanos_ = __builtin_add_overflow(nanos_, other.nanos_, &sum) ? static_cast<Wide>(kMax) : sum;
    return *this;
}

Quantity& Quantity::operator-=(const Quantity& other) { return *this += -other; }

Quantity Quantity::operator-() const {
    Quantity negated = *this;
    negated.nanos_ = -nanos_;
    return negated;
}

}  // namespace skiff::api
