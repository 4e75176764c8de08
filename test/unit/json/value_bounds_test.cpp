#include "json/value_bounds.h"

#include <catch2/catch.hpp>

using namespace skiff;
using namespace skiff::json;

TEST_CASE("values of a JSON text are counted before it is parsed") {
    CHECK(count_values(R"({"a":[1,2,{"b":"x,[{\",,"}],"c":1})", 100) == 6);
    CHECK(count_values("[[[[[[", 3) == 4);
    CHECK(holds_more_values("[1,1,1,1,1,1]", 4));
    CHECK_FALSE(holds_more_values("[1,1]", 4));
}
