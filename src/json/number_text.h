// Doubles as text, as Go's strconv prints them. Any thread.
#pragma once

#include <string>

namespace skiff::json {

// Shortest decimal digits d1 d2 d3... of a finite, non-zero number: value = 0.d1d2d3... * 10^point.
struct Decimal {
    bool negative = false;
    std::string digits;
    int point = 0;
};
Decimal shortest_decimal(double value);

// encoding/json: plain digits, or d.ddde+21 from 1e21 on and below 1e-6. Not a number and infinities become null.
void append_json_double(std::string& out, double value);
// strconv 'g' (yaml): an exponent of at least two digits below 1e-4 and from 1e6 on.
void append_yaml_double(std::string& out, double value);

}  // namespace skiff::json
