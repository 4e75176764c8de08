// Ranges of sizes and costs whose arithmetic ends at the largest number instead of overflowing. Values; any thread.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace skiff::cel {

inline constexpr uint64_t kUnbounded = UINT64_MAX;

inline uint64_t add_capped(uint64_t a, uint64_t b) { return a > kUnbounded - b ? kUnbounded : a + b; }
inline uint64_t multiply_capped(uint64_t a, uint64_t b) { return b != 0 && a > kUnbounded / b ? kUnbounded : a * b; }
inline uint64_t scale_capped(uint64_t a, double factor) {
    double product = std::ceil(static_cast<double>(a) * factor);
    return product >= 18446744073709551616.0 ? kUnbounded : static_cast<uint64_t>(product);
}

struct Range {
    uint64_t min = 0, max = 0;

    static Range fixed(uint64_t n) { return {n, n}; }
    static Range unknown() { return {0, kUnbounded}; }
    Range scaled(double factor) const { return {scale_capped(min, factor), scale_capped(max, factor)}; }
    Range either(Range other) const { return {std::min(min, other.min), std::max(max, other.max)}; }
    friend Range operator+(Range a, Range b) { return {add_capped(a.min, b.min), add_capped(a.max, b.max)}; }
    friend Range operator*(Range a, Range b) { return {multiply_capped(a.min, b.min), multiply_capped(a.max, b.max)}; }
};

}  // namespace skiff::cel
