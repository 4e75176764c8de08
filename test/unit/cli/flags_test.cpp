// Flags and the words between them.
#include "cli/flags.h"

#include <catch2/catch.hpp>

using namespace skiff;
using namespace skiff::cli;

namespace {

struct Wanted {
    std::string folder;
    std::vector<std::string> labels;
    bool quiet = false;
};

Result<std::vector<std::string>> parse(Wanted& wanted, const std::vector<std::string>& args) {
    FlagSet flags("image");
    flags.add({"data-dir", 'd', &wanted.folder, "a folder"});
    flags.add({"label", 0, &wanted.labels, "labels"});
    flags.add({"quiet", 'q', &wanted.quiet, "a switch"});
    return flags.parse(args);
}

}  // namespace

TEST_CASE("a flag takes one value and leaves the next word alone") {
    for (const auto& args : std::vector<std::vector<std::string>>{{"import", "--data-dir", "/x", "file"}, {"import", "file", "--data-dir", "/x"}, {"import", "-d", "/x", "file"}, {"--data-dir=/x", "import", "file"}}) {
        Wanted wanted;
        auto words = parse(wanted, args);
        REQUIRE(words.ok());
        CHECK(*words == std::vector<std::string>{"import", "file"});
        CHECK(wanted.folder == "/x");
    }
}

TEST_CASE("a repeated flag collects its values, a switch takes none, and what follows -- is no flag") {
    Wanted wanted;
    auto words = parse(wanted, {"--label", "a=1", "--label", "b=2", "-q", "list", "--", "--label"});
    REQUIRE(words.ok());
    CHECK(*words == std::vector<std::string>{"list", "--label"});
    CHECK(wanted.labels == std::vector<std::string>{"a=1", "b=2"});
    CHECK(wanted.quiet);
}

TEST_CASE("an unknown flag is refused with the nearest known one") {
    Wanted wanted;
    CHECK(parse(wanted, {"--data-dri", "/x"}).status().message() == "unknown flag --data-dri; did you mean --data-dir?");
}
