#include "cli/kubectl/options.h"

#include <catch2/catch.hpp>

using namespace skiff;
using namespace skiff::cli::kubectl;

namespace {

struct Sample {
    std::string output, dry_run = "none";
    bool in = false, tty = false, watch = true;
    int64_t tail = -1;
    std::vector<std::string> files, env;
    Options options;
    Sample() {
        options.text("output", 'o', &output, "");
        options.text("dry-run", 0, &dry_run, "", "unchanged");
        options.toggle("stdin", 'i', &in, "");
        options.toggle("tty", 't', &tty, "");
        options.toggle("watch", 'w', &watch, "");
        options.number("tail", 0, &tail, "");
        options.comma_list("filename", 'f', &files, "");
        options.list("env", 0, &env, "");
    }
};

}  // namespace

TEST_CASE("flags stand before, between and behind words in all of kubectl's spellings") {
    Sample sample;
    const auto words = sample.options.parse({"-o=yaml", "pod", "-it", "web", "--tail", "-5", "-fa,b", "-f", "c", "--env=A=1,2", "--watch=false"});
    REQUIRE(words.ok());
    CHECK(words->all == std::vector<std::string>{"pod", "web"});
    CHECK(sample.output == "yaml");
    CHECK(sample.in);
    CHECK(sample.tty);
    CHECK_FALSE(sample.watch);
    CHECK(sample.tail == -5);
    CHECK(sample.files == std::vector<std::string>{"a", "b", "c"});
    CHECK(sample.env == std::vector<std::string>{"A=1,2"});
}

TEST_CASE("two dashes end the flags and their place is kept") {
    Sample sample;
    const auto words = sample.options.parse({"web", "--", "sh", "-c", "--tail"});
    REQUIRE(words.ok());
    CHECK(words->dash == size_t{1});
    CHECK(words->all == std::vector<std::string>{"web", "sh", "-c", "--tail"});
}

TEST_CASE("a flag that may stand without a value takes none of the words") {
    Sample sample;
    const auto words = sample.options.parse({"--dry-run", "client"});
    REQUIRE(words.ok());
    CHECK(sample.dry_run == "unchanged");
    CHECK(words->all == std::vector<std::string>{"client"});
    CHECK(sample.options.was_set("dry-run"));
}

TEST_CASE("an unknown flag names the nearest and a missing or wrong value is told in kubectl's words") {
    Sample sample;
    CHECK(sample.options.parse({"--outptu=yaml"}).status().message() == "unknown flag: --outptu; did you mean --output?");
    CHECK(sample.options.parse({"-x"}).status().message() == "unknown shorthand flag: 'x' in -x");
    CHECK(sample.options.parse({"-o"}).status().message() == "flag needs an argument: 'o' in -o");
    CHECK(sample.options.parse({"--tail=many"}).status().message() == "invalid argument \"many\" for \"--tail\" flag: strconv.ParseInt: parsing \"many\": invalid syntax");
}

TEST_CASE("a verb's own flag hides a global one of its name") {
    Options options;
    std::string global;
    std::vector<std::string> own;
    options.set_global(true);
    options.text("user", 0, &global, "");
    options.set_global(false);
    options.comma_list("user", 0, &own, "");
    REQUIRE(options.parse({"--user=a,b"}).ok());
    CHECK(global.empty());
    CHECK(own == std::vector<std::string>{"a", "b"});
}
