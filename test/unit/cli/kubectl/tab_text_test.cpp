#include "cli/kubectl/tab_text.h"

#include <catch2/catch.hpp>

using namespace skiff::cli::kubectl;

TEST_CASE("cells of a list are padded by three and at least six wide") {
    CHECK(align("NAME\tAGE\na\t5m\nlonger-name\t1d\n") == "NAME          AGE\na             5m\nlonger-name   1d\n");
    CHECK(align("A\tB\n1\t2\n") == "A     B\n1     2\n");
}

TEST_CASE("a line without a cell ends a column, as in a description") {
    CHECK(align("Name:\tx\nLong label:\ty\nSection:\n  a:\t1\n  bbb:\t2\n", {0, 2}) == "Name:        x\nLong label:  y\nSection:\n  a:    1\n  bbb:  2\n");
}

TEST_CASE("characters are counted, not bytes") { CHECK(align("\xC3\xA9\tx\nab\ty\n", {0, 2}) == "\xC3\xA9   x\nab  y\n"); }

TEST_CASE("rows that a watch brings later stand below the first ones") {
    Columns columns;
    CHECK(columns.lines({{"NAME", "READY"}, {"a-long-name", "1/1"}}) == "NAME          READY\na-long-name   1/1\n");
    CHECK(columns.lines({{"b", "0/1"}}) == "b             0/1\n");
}
