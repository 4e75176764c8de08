// Quantity: resource.Quantity, an exact decimal with the text forms 100m, 1.5, 2Gi, 1e3. Kept in units of 10^-9 in 128 bits, so every sum
// and comparison is exact; what is smaller than 10^-9 rounds away from zero, as in Kubernetes. Values; any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace skiff::api {

class Quantity {
public:
    enum class Format { DecimalSI, BinarySI, DecimalExponent };

    Quantity() = default;
    // BadRequest with Kubernetes' words.
    static Result<Quantity> parse(std::string_view text);
    // 0 when the text is no quantity; for values that were validated before.
    static Quantity parse_or_zero(std::string_view text);
    static Quantity of(int64_t value, Format format = Format::DecimalSI);
    static Quantity milli(int64_t thousandths);

    std::string text() const;             // canonical: 1000m is 1, 1024Mi is 1Gi
    int64_t value() const;                // whole units, rounded away from zero; clamped
    int64_t milli_value() const;          // thousandths, rounded away from zero; clamped
    double approximate() const;
    Format format() const { return format_; }
    bool is_zero() const { return nanos_ == 0; }
    int sign() const { return nanos_ < 0 ? -1 : nanos_ > 0; }

    Quantity& operator+=(const Quantity& other);
    Quantity& operator-=(const Quantity& other);
    friend Quantity operator+(Quantity a, const Quantity& b) { return a += b; }
    friend Quantity operator-(Quantity a, const Quantity& b) { return a -= b; }
    Quantity operator-() const;
    // By value; the format does not matter.
    friend bool operator==(const Quantity& a, const Quantity& b) { return a.nanos_ == b.nanos_; }
    friend std::strong_ordering operator<=>(const Quantity& a, const Quantity& b) { return a.nanos_ <=> b.nanos_; }

private:
    __extension__ typedef __int128 Wide;
    Wide nanos_ = 0;
    Format format_ = Format::DecimalSI;
};

}  // namespace skiff::api
