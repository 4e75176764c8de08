#include "agent/runtime/log_writer.h"

#include <stdlib.h>

#include <catch2/catch.hpp>

#include "base/file.h"
#include "base/strings.h"

using namespace skiff;
using namespace skiff::agent::runtime;

namespace {

struct Folder {
    std::string path;
    Folder() {
        char name[] = "/tmp/skiff-log-XXXXXX";
        path = ::mkdtemp(name);
    }
    ~Folder() { (void)file::remove_tree(path); }
};

// Lines without their times.
std::vector<std::string> lines(const std::string& path) {
    std::vector<std::string> out;
    const auto text = file::read(path).value_or("");
    for (auto line : split_views(text, '\n'))
        if (!line.empty()) out.emplace_back(line.substr(line.find(' ') + 1));
    return out;
}

}  // namespace

TEST_CASE("lines of both streams are told apart, a piece of one waits for its end") {
    Folder folder;
    LogWriter log(folder.path + "/0.log", 0, 5);
    log.write(LogWriter::Stream::Out, "one\ntw");
    log.write(LogWriter::Stream::Err, "oops\n");
    log.write(LogWriter::Stream::Out, "o\n\nrest");
    log.finish();
    CHECK(lines(folder.path + "/0.log") == std::vector<std::string>{"stdout F one", "stderr F oops", "stdout F two", "stdout F ", "stdout P rest"});
    auto text = *file::read(folder.path + "/0.log");
    CHECK(text[4] == '-');
    CHECK(text[10] == 'T');
    CHECK(text[29] == 'Z');
}

TEST_CASE("a line over 16 KiB is written in parts") {
    Folder folder;
    LogWriter log(folder.path + "/0.log", 0, 5);
    log.write(LogWriter::Stream::Out, std::string(40000, 'x') + "\n");
    auto got = lines(folder.path + "/0.log");
    REQUIRE(got.size() == 3);
    CHECK(got[0] == "stdout P " + std::string(16384, 'x'));
    CHECK(got[1] == "stdout P " + std::string(16384, 'x'));
    CHECK(got[2] == "stdout F " + std::string(40000 - 2 * 16384, 'x'));
}

TEST_CASE("a full log is moved aside and old ones go") {
    Folder folder;
    LogWriter log(folder.path + "/0.log", 1000, 3);
    for (int i = 0; i < 100; ++i) log.write(LogWriter::Stream::Out, "line " + std::to_string(i) + std::string(60, '.') + "\n");
    CHECK(*file::list_dir(folder.path) == std::vector<std::string>{"0.log", "0.log.1", "0.log.2"});
    CHECK(file::read(folder.path + "/0.log.1")->size() < 1200);
    // What follows a rename by somebody else goes to a new file after reopen().
    REQUIRE(::rename((folder.path + "/0.log").c_str(), (folder.path + "/moved").c_str()) == 0);
    log.reopen();
    log.write(LogWriter::Stream::Out, "after\n");
    CHECK(lines(folder.path + "/0.log") == std::vector<std::string>{"stdout F after"});
}
